using Orchestrator.Ledger.Chain;

namespace Orchestrator.Tests.Ledger.Chain;

/// <summary>
/// Golden vectors, computed by another program from the layout that docs/design/ledger.md describes. They never change: chains that exist were computed
/// so, and whoever verifies them by other means relies on it.
/// </summary>
public sealed class EventHasherTests
{
    static readonly Guid ChainId = new("0195d6a0-0000-7000-8000-00000000c4a1");

    static readonly ChainedEvent Least = new()
    {
        Lane = 3,
        Sequence = 1,
        AccountId = "alice",
        Version = 1,
        Type = 1,
        AmountMinor = 0,
        CommandId = Commands.Id(1),
        EffectiveAtMicros = 1_772_452_800_000_000,
        RecordedAtMicros = 1_772_452_800_123_456,
    };

    static readonly ChainedEvent Most = new()
    {
        Lane = 3,
        Sequence = 2,
        AccountId = "bob-ü",
        Version = 7,
        Type = 3,
        AmountMinor = 12_345,
        CommandId = Commands.Id(2),
        EffectiveAtMicros = -1,
        RecordedAtMicros = 1_772_452_801_000_000,
        TransactionId = Commands.Id(9_999),
        HoldId = Commands.Id(3),
        ContraAccountId = "clearing:EUR:3",
        ContraVersion = 9,
        Reason = "",
        ReleasedMinor = 55,
        ExpiresAtMicros = 1_773_057_600_000_000,
        CounterpartyAccountId = "carol",
        ReversesTransactionId = new Guid("ffffffff-ffff-ffff-ffff-fffffffffffe"),
    };

    [Fact]
    public void Canonical_bytes_when_written_are_those_of_the_layout()
    {
        var hasher = new EventHasher();

        Assert.Equal(
            "010003000000000000000100000005616c6963650000000000000001000100000000000000000195d6a00000700080000000000000010006"
            + "4c095386700000064c0953885240",
            Convert.ToHexStringLower(hasher.Canonical(Least)));
        Assert.Equal(
            "010003000000000000000200000006626f622dc3bc0000000000000007000300000000000030390195d6a0000070008000000000000002ffff"
            + "ffffffffffff00064c095395b240010195d6a000007000800000000000270f020195d6a0000070008000000000000003030000000e636c6561"
            + "72696e673a4555523a3304000000000000000905000000000600000000000000370700064c96246a100008000000056361726f6c09ffffffff"
            + "fffffffffffffffffffffffe",
            Convert.ToHexStringLower(hasher.Canonical(Most)));
    }

    [Fact]
    public void Chain_when_computed_has_the_hashes_that_others_compute()
    {
        var hasher = new EventHasher();

        var genesis = EventHasher.Genesis(ChainId, 3);
        var first = hasher.Next(genesis, Least);
        var second = hasher.Next(first, Most);

        Assert.Equal("1c59b87eebe2a78d32c772d89c30b9319febbb9d96d18c3028c3ee8ac9c9551f", Convert.ToHexStringLower(genesis));
        Assert.Equal("db9779bd746d291400d64c6c09d5e02895279966437315b0665d9fd0648655bf", Convert.ToHexStringLower(first));
        Assert.Equal("864be3d96724f9ffeeddc1a9e0800f9e264b96a281ae144edde74d401b774b46", Convert.ToHexStringLower(second));
    }

    [Fact]
    public void Genesis_when_lane_or_chain_is_another_is_another() => Assert.Equal(
        3, new[] { EventHasher.Genesis(ChainId, 0), EventHasher.Genesis(ChainId, 1), EventHasher.Genesis(Guid.Empty, 0) }.Select(Convert.ToHexString).Distinct().Count());

    [Fact]
    public void Canonical_bytes_when_a_text_is_moved_to_the_next_field_differ()
    {
        var hasher = new EventHasher();

        Assert.NotEqual(
            hasher.Canonical(Least with { Reason = "x", CounterpartyAccountId = null }),
            hasher.Canonical(Least with { Reason = null, CounterpartyAccountId = "x" }));
        Assert.NotEqual(hasher.Canonical(Least with { Reason = "" }), hasher.Canonical(Least));
    }
}
