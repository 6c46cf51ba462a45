using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;

namespace Orchestrator.Ledger.Deciding;

/// <summary>
/// What would become of transfers, tried one after another as accounts are now: each finds them as those before would leave them. Nothing is asked of the
/// ledger, which decides anew.
/// </summary>
public sealed class TransferTrial(IEnumerable<AccountState> accounts, DateTimeOffset now)
{
    Dictionary<string, AccountState> _accounts = accounts.ToDictionary(a => a.AccountId, StringComparer.Ordinal);

    /// <summary>Why a transfer would be refused; null when it would be posted.</summary>
    public string? Try(Transfer transfer) => TryLinked([transfer])?.Reason;

    /// <summary>Which of linked transfers would fail, and why; null when all would be posted.</summary>
    public LinkedFailure? TryLinked(IReadOnlyList<Transfer> transfers)
    {
        var before = new Dictionary<string, AccountState>(_accounts, StringComparer.Ordinal);
        // As the ledger does it: all amounts are held before any is credited.
        for (var i = 0; i < transfers.Count; i++)
        {
            if ((Hold(transfers[i]) ?? Promise(transfers[i])) is not { } reason)
                continue;
            _accounts = before;
            return new LinkedFailure(i, reason);
        }
        foreach (var transfer in transfers)
            Move(transfer);
        return null;
    }

    /// <summary>What could still be spent from an account, minor units; null when there is none.</summary>
    public long? AvailableMinor(string accountId) => Account(accountId)?.AvailableMinor;

    string? Hold(Transfer transfer) => Take(LedgerDecider.Transfer(Account(transfer.AccountId), Clearing(transfer), transfer, now));

    string? Promise(Transfer transfer) =>
        (LedgerDecider.Promise(Account(transfer.DestinationAccountId), Clearing(transfer), CreditOf(transfer), now) as LedgerDecision.Refused)?.Reason;

    void Move(Transfer t)
    {
        Take(LedgerDecider.Credit(Account(t.DestinationAccountId), Clearing(t), CreditOf(t), now));
        var hold = new HoldState(t.CommandId, t.AccountId, t.AmountMinor, HoldResolution.Open);
        var capture = new CaptureHold(LedgerIds.CaptureOf(t.CommandId), t.TransactionId, t.AccountId, t.CommandId, t.ReplyKey, t.RequestedAt);
        Take(LedgerDecider.Capture(Account(t.AccountId), Clearing(t), hold, capture, now));
    }

    string? Take(LedgerDecision decision)
    {
        if (decision is LedgerDecision.Refused refused)
            return refused.Reason;
        foreach (var e in ((LedgerDecision.Accepted)decision).Events)
            _accounts[e.AccountId] = LedgerFold.Apply(_accounts[e.AccountId], e);
        return null;
    }

    AccountState? Account(string accountId) => _accounts.GetValueOrDefault(accountId);

    AccountState Clearing(Transfer transfer) => ContraAccounts.New(AccountKind.Clearing, transfer.Currency, partition: 0, now);

    static Credit CreditOf(Transfer t) => new(
        LedgerIds.CreditOf(t.CommandId), t.TransactionId, t.DestinationAccountId, t.AmountMinor, t.Currency, t.ReplyKey, t.RequestedAt);
}

/// <summary>Which of linked transfers fails, and with it all.</summary>
/// <param name="Index">Its place among them, from 0.</param>
/// <param name="Reason">Why, by its stable name.</param>
public sealed record LinkedFailure(int Index, string Reason);
