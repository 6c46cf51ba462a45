using CsCheck;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Lanes;
using Xunit;

namespace Orchestrator.Tests.Ledger;

public sealed class LedgerMemoryTests
{
    [Fact]
    public void RecencyCache_when_trimmed_does_keep_what_was_used_last() => Gen.Select(Gen.Int[0, 15].Array[0, 60], Gen.Int[1, 6]).Sample((uses, capacity) =>
    {
        var cache = new RecencyCache<int, int>(capacity);
        foreach (var key in uses)
        {
            if (!cache.TryGet(key, out var value))
                cache.Set(key, -key);
            else
                Assert.Equal(-key, value);
        }

        cache.Trim();

        var kept = uses.Reverse().Distinct().Take(capacity).ToHashSet();
        Assert.Equal(kept.Count, cache.Count);
        Assert.All(Enumerable.Range(0, 16), key => Assert.Equal(kept.Contains(key), cache.TryGet(key, out _)));
    });

    [Fact]
    public void Memory_when_asked_for_what_was_not_read_does_throw()
    {
        var memory = new LedgerMemory(10, 10);

        Assert.Throws<InvalidOperationException>(() => memory.Account("alice"));
        Assert.Throws<InvalidOperationException>(() => memory.Hold(Commands.Id(1)));
        Assert.Throws<InvalidOperationException>(() => memory.RepliesTo(Commands.Id(1)));
    }

    [Fact]
    public void Fingerprint_when_anything_that_matters_differs_does_differ()
    {
        var hold = Commands.Hold(1, "alice", 5);
        Contracts.Ledger.ILedgerCommand[] commands =
        [
            hold, hold with { AmountMinor = 6 }, hold with { Currency = "USD" }, hold with { AccountId = "alicE" }, hold with { TransactionId = Commands.Id(7) },
            Commands.Credit(1, "alice", 5), Commands.Capture(1, "alice", 2), Commands.Capture(1, "alice", 3), Commands.Release(1, "alice", 2),
        ];

        Assert.Equal(commands.Length, commands.Select(CommandFingerprint.Of).Distinct().Count());
        Assert.Equal(CommandFingerprint.Of(hold), CommandFingerprint.Of(hold with { ReplyKey = "other", RequestedAt = Commands.Noon.AddDays(1) }));
    }

    [Fact]
    public void Fingerprint_when_account_id_is_the_longest_does_fit() =>
        Assert.NotEqual(Guid.Empty, CommandFingerprint.Of(Commands.Hold(1, new string('a', Contracts.ContractErrors.MaxAccountIdLength), 5)));
}
