using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Deciding;

/// <summary>The command that follows one that took effect, where whoever asked has said what is to follow.</summary>
static class OnwardCommand
{
    /// <summary>What follows <paramref name="command"/>; null when nothing does, and whoever asked is answered.</summary>
    /// <param name="command">What took effect.</param>
    /// <param name="at">When it first did.</param>
    public static ILedgerCommand? Of(ILedgerCommand command, DateTimeOffset at) => command switch
    {
        PlaceHold { Onward: { } next } c => new Credit(
            next.CreditId, c.TransactionId, next.DestinationAccountId, c.AmountMinor, c.Currency, c.ReplyKey, c.RequestedAt,
            new CaptureOnward(c.AccountId, c.CommandId, next.CaptureId, at)),
        Credit { Onward: { } next } c => new CaptureHold(
            next.CaptureId, c.TransactionId, next.AccountId, next.HoldId, c.ReplyKey, c.RequestedAt, new TransferTrail(next.HoldPlacedAt, at)),
        _ => null,
    };
}
