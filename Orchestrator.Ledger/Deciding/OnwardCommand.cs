using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Deciding;

/// <summary>The command that follows one that was decided, where whoever asked has said what is to follow.</summary>
static class OnwardCommand
{
    /// <summary>What follows <paramref name="command"/>; null when nothing does, and whoever asked is answered.</summary>
    /// <param name="command">What was decided.</param>
    /// <param name="refusal">Why it was refused; null when it took effect.</param>
    /// <param name="at">When it was first decided.</param>
    /// <param name="received">Of a <see cref="Reverse"/>: the credit that it undoes.</param>
    /// <param name="currency">The account's currency.</param>
    public static ILedgerCommand? Of(ILedgerCommand command, string? refusal, DateTimeOffset at, ReceivedTransfer? received, string? currency) => command switch
    {
        PlaceHold { Onward: { } next } c when refusal is null => new Credit(
            next.CreditId, c.TransactionId, next.DestinationAccountId, c.AmountMinor, c.Currency, c.ReplyKey, c.RequestedAt,
            new CaptureOnward(c.AccountId, c.CommandId, next.CaptureId, at)),
        Transfer c when refusal is null => CreditOf(c, c.DestinationAccountId, c.AmountMinor, c.Currency, at),
        Reverse c when refusal is null => CreditOf(c, received!.SenderAccountId, received.AmountMinor, currency!, at),
        Credit { Onward: { } next } c when refusal is null => new CaptureHold(
            next.CaptureId, c.TransactionId, next.AccountId, next.HoldId, c.ReplyKey, c.RequestedAt, new TransferTrail(next.HoldPlacedAt, at, next.TransferId),
            next.AmountMinor),
        Credit { Onward: { TransferId: { } transfer } next } c => new ReleaseHold(
            LedgerIds.ReleaseOf(transfer), c.TransactionId, next.AccountId, next.HoldId, c.ReplyKey, c.RequestedAt,
            new TransferTrail(next.HoldPlacedAt, CreditedAt: null, transfer), refusal),
        _ => null,
    };

    static Credit CreditOf(ILedgerCommand transfer, string destination, long amount, string currency, DateTimeOffset at) => new(
        LedgerIds.CreditOf(transfer.CommandId), transfer.TransactionId, destination, amount, currency, transfer.ReplyKey, transfer.RequestedAt,
        new CaptureOnward(transfer.AccountId, transfer.CommandId, LedgerIds.CaptureOf(transfer.CommandId), at, transfer.CommandId));
}
