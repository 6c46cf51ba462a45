using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Deciding;

/// <summary>The answer to a command.</summary>
static class LedgerReply
{
    /// <summary>The reply to <paramref name="command"/>.</summary>
    /// <param name="command">What was asked.</param>
    /// <param name="refusal">One of <see cref="LedgerRefusals"/>; null when it took effect.</param>
    /// <param name="at">When it was first decided.</param>
    public static ILedgerReply Of(ILedgerCommand command, string? refusal, DateTimeOffset at) => (command, refusal) switch
    {
        // The end of a transfer, which has its id.
        (CaptureHold { Trail: { TransferId: { } id } trail } c, null) => new TransferPosted(id, c.TransactionId, c.ReplyKey, at, trail),
        (ReleaseHold { Trail.TransferId: { } id, Reason: { } reason } c, null) => new TransferRefused(id, c.TransactionId, reason, c.ReplyKey, at),
        (Transfer or Reverse, { } reason) => new TransferRefused(command.CommandId, command.TransactionId, reason, command.ReplyKey, at),
        (PlaceHold c, null) => new HoldPlaced(c.CommandId, c.TransactionId, c.CommandId, c.ReplyKey, at),
        (PlaceHold c, _) => new HoldRefused(c.CommandId, c.TransactionId, refusal, c.ReplyKey, at),
        (CaptureHold c, null) => new HoldCaptured(c.CommandId, c.TransactionId, c.HoldId, c.ReplyKey, at, c.Trail),
        (CaptureHold c, _) => new CaptureRefused(c.CommandId, c.TransactionId, refusal, c.ReplyKey, at, c.Trail),
        (ReleaseHold c, null) => new HoldReleased(c.CommandId, c.TransactionId, c.HoldId, c.ReplyKey, at),
        (ReleaseHold c, _) => new ReleaseRefused(c.CommandId, c.TransactionId, refusal, c.ReplyKey, at),
        (Credit c, null) => new Credited(c.CommandId, c.TransactionId, c.ReplyKey, at),
        (Credit c, _) => new CreditRefused(
            c.CommandId, c.TransactionId, refusal, c.ReplyKey, at, c.Onward is { HoldPlacedAt: var placed } ? new TransferTrail(placed) : null),
        (Debit c, null) => new Debited(c.CommandId, c.TransactionId, c.ReplyKey, at),
        (Debit c, _) => new DebitRefused(c.CommandId, c.TransactionId, refusal, c.ReplyKey, at),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "not a command of the ledger"),
    };
}
