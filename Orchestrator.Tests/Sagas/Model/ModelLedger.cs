using System.Collections.Immutable;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas.Model;

/// <summary>
/// A ledger of three accounts that can be gone back to: the real one's decisions and folds, a command decided once and for ever, and its own steps handed out as
/// commands that are still on their way.
/// </summary>
sealed record ModelLedger
{
    const string Currency = "EUR";

    /// <summary>alice has <paramref name="aliceMinor"/>; bob receives, unless he has no account.</summary>
    public ModelLedger(long aliceMinor, bool bobExists)
    {
        var accounts = ImmutableDictionary.CreateBuilder<string, AccountState>(StringComparer.Ordinal);
        accounts["alice"] = Account("alice", aliceMinor);
        if (bobExists)
            accounts["bob"] = Account("bob", 0);
        accounts[Clearing.AccountId] = Clearing;
        Accounts = accounts.ToImmutable();
        BeginsWithMinor = aliceMinor;
    }

    ImmutableDictionary<string, AccountState> Accounts { get; init; }

    ImmutableDictionary<Guid, HoldState> Holds { get; init; } = ImmutableDictionary<Guid, HoldState>.Empty;

    ImmutableDictionary<Guid, ReceivedTransfer> Credits { get; init; } = ImmutableDictionary<Guid, ReceivedTransfer>.Empty;

    ImmutableDictionary<Guid, Decided> Decisions { get; init; } = ImmutableDictionary<Guid, Decided>.Empty;

    /// <summary>All the money there is.</summary>
    public long BeginsWithMinor { get; }

    /// <summary>What went through it, as far as two ledgers can be told apart by it.</summary>
    public string Key => string.Join(' ', Decisions.Select(d => $"{d.Key:N}{d.Value.Refusal}").Order(StringComparer.Ordinal))
        + string.Join(' ', Accounts.Values.Select(a => $"{a.AccountId}{a.Status}{a.Counters}").Order(StringComparer.Ordinal));

    /// <summary>The hold that the transaction places.</summary>
    public HoldState? Hold(Guid holdId) => Holds.GetValueOrDefault(holdId);

    /// <summary>Whether a command took effect.</summary>
    public bool Did(Guid commandId) => Decisions.TryGetValue(commandId, out var decided) && decided.Refusal is null;

    /// <summary>How much an account has, and how much of it is held.</summary>
    public AccountCounters Counters(string accountId) => Accounts.TryGetValue(accountId, out var account) ? account.Counters : AccountState.NoCounters;

    /// <summary>Takes a command: the ledger after it, and what it sends: the command that follows, or the reply.</summary>
    public (ModelLedger After, object Sends) Take(ILedgerCommand command)
    {
        var fingerprint = CommandFingerprint.Of(command);
        if (Decisions.TryGetValue(command.CommandId, out var before))
        {
            Assert.True(before.Fingerprint == fingerprint, $"{command.GetType().Name} {command.CommandId} was asked for with another body");
            return (this, Sends(command, before.Refusal));
        }
        var account = Accounts.GetValueOrDefault(command.AccountId);
        var clearing = Accounts[Clearing.AccountId];
        var decision = command switch
        {
            PlaceHold c => LedgerDecider.PlaceHold(account, clearing, c, Noon),
            CaptureHold c => LedgerDecider.Capture(account, clearing, Hold(c.HoldId), c, Noon),
            // The last step of a transfer that was refused.
            ReleaseHold c => LedgerDecider.Release(account, Hold(c.HoldId), c, Noon),
            Credit c => LedgerDecider.Credit(account, clearing, c, Noon),
            Transfer c => LedgerDecider.Transfer(account, clearing, c, Noon),
            Reverse c => LedgerDecider.Reverse(account, clearing, Received(c.CreditId), c, Noon),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "not a command of the ledger"),
        };
        var refusal = (decision as LedgerDecision.Refused)?.Reason;
        var after = this with { Decisions = Decisions.Add(command.CommandId, new Decided(refusal, fingerprint)) };
        foreach (var e in (decision as LedgerDecision.Accepted)?.Events ?? [])
            after = after.Apply(e);
        return (after, after.Sends(command, refusal));
    }

    /// <summary>Somebody freezes an account, or ends that: not by this transaction.</summary>
    public ModelLedger With(string accountId, AccountStatus status) =>
        this with { Accounts = Accounts.SetItem(accountId, Accounts[accountId] with { Status = status }) };

    /// <summary>Nothing was made or lost, and nothing was overdrawn.</summary>
    public void AssertSound()
    {
        Assert.Equal(BeginsWithMinor, Accounts.Values.Sum(a => a.Counters.CreditsPostedMinor - a.Counters.DebitsPostedMinor));
        Assert.All(Accounts.Values, a => Assert.True(a.Kind != AccountKind.Customer || a.AvailableMinor >= 0, $"{a.AccountId} is overdrawn"));
        Assert.All(Accounts.Values, a => Assert.Equal(
            Holds.Values.Where(h => h.AccountId == a.AccountId && h.Resolution == HoldResolution.Open).Sum(h => h.AmountMinor), a.Counters.DebitsPendingMinor));
    }

    object Sends(ILedgerCommand command, string? refusal) =>
        (object?)OnwardCommand.Of(command, refusal, Noon, command is Reverse r ? Received(r.CreditId) : null, Currency) ?? LedgerReply.Of(command, refusal, Noon);

    ReceivedTransfer? Received(Guid creditId) => Credits.TryGetValue(creditId, out var received)
        ? received with
        {
            Reversed = Holds.Values.Any(h => h.ReversesTransactionId == received.TransactionId && h.Resolution is HoldResolution.Open or HoldResolution.Captured),
        }
        : null;

    ModelLedger Apply(LedgerEvent e)
    {
        var accounts = Accounts.SetItem(e.AccountId, LedgerFold.Apply(Accounts[e.AccountId], e));
        if (e.ContraAccountId is { } contra)
            accounts = accounts.SetItem(contra, LedgerFold.ApplyContra(accounts[contra], e));
        return this with
        {
            Accounts = accounts,
            Holds = LedgerFold.Hold(e) is { } hold ? Holds.SetItem(hold.HoldId, hold) : Holds,
            Credits = e is { Type: LedgerEventType.Credited, CounterpartyAccountId: { } sender, TransactionId: { } transaction }
                ? Credits.SetItem(e.CommandId, new ReceivedTransfer(e.CommandId, e.AccountId, sender, e.AmountMinor, transaction, Reversed: false))
                : Credits,
        };
    }

    static AccountState Clearing { get; } = ContraAccounts.New(AccountKind.Clearing, Currency, 0, Noon);

    static AccountState Account(string id, long balance) => LedgerDecider.NewAccount(new OpenAccount(id, id, Currency, Noon, balance), Noon) with
    {
        Counters = AccountState.NoCounters with { CreditsPostedMinor = balance },
    };

    sealed record Decided(string? Refusal, Guid Fingerprint);
}
