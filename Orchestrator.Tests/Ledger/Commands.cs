using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;

namespace Orchestrator.Tests.Ledger;

/// <summary>Commands to the ledger, with what a test does not care about filled in.</summary>
static class Commands
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    static readonly Guid Transaction = Id(9_999);

    /// <summary>A version 7 UUID that depends on <paramref name="number"/> alone.</summary>
    public static Guid Id(int number) => new($"0195d6a0-0000-7000-8000-{number:x12}");

    public static OpenAccount Open(string account, long balance = 0, string currency = "EUR", long overdraft = 0, long? limit = null, long? perDay = null) =>
        new(account, $"customer-{account}", currency, Noon, balance, new AccountLimits(overdraft, limit, perDay));

    public static PlaceHold Hold(int id, string account, long amount, string currency = "EUR") =>
        new(Id(id), Transaction, account, amount, currency, "saga", Noon);

    public static CaptureHold Capture(int id, string account, int hold, long? amount = null) =>
        new(Id(id), Transaction, account, Id(hold), "saga", Noon, AmountMinor: amount);

    public static ReleaseHold Release(int id, string account, int hold) => new(Id(id), Transaction, account, Id(hold), "saga", Noon);

    public static Credit Credit(int id, string account, long amount, string currency = "EUR") =>
        new(Id(id), Transaction, account, amount, currency, "saga", Noon);

    public static Debit Debit(int id, string account, long amount, string currency = "EUR", PostingPurpose purpose = PostingPurpose.Settlement) =>
        new(Id(id), Transaction, account, amount, currency, "saga", Noon, purpose);

    /// <summary>A transfer; its transaction has the same id.</summary>
    public static Transfer Transfer(int id, string from, string to, long amount, string currency = "EUR") =>
        new(Id(id), Id(id), from, to, amount, currency, from, Noon);

    /// <summary>The reversal of transfer <paramref name="transfer"/>, by the account that received it.</summary>
    public static Reverse Reverse(int id, string account, int transfer) =>
        new(Id(id), Id(id), account, LedgerIds.CreditOf(Id(transfer)), account, Noon);

    public static FreezeAccount Freeze(int id, string account) => new(Id(id), account, "suspicion", Noon);

    public static UnfreezeAccount Unfreeze(int id, string account) => new(Id(id), account, "cleared", Noon);

    public static CloseAccount Close(int id, string account) => new(Id(id), account, "asked for", Noon);

    /// <summary>A command's id and account, whichever kind it is.</summary>
    public static (Guid Id, string AccountId) Of(IContract command) => command switch
    {
        ILedgerCommand c => (c.CommandId, c.AccountId),
        IAccountCommand c => (c.CommandId, c.AccountId),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    /// <summary>The refusal's name in a reply; null when the command took effect.</summary>
    public static string? Refusal(ILedgerReply reply) => reply switch
    {
        HoldRefused r => r.Reason,
        CaptureRefused r => r.Reason,
        ReleaseRefused r => r.Reason,
        CreditRefused r => r.Reason,
        DebitRefused r => r.Reason,
        TransferRefused r => r.Reason,
        _ => null,
    };
}
