using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Tests.Sagas;

/// <summary>Messages about one transaction.</summary>
static class TransactionMessages
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static readonly Guid Id = new("0195a0a0-0000-7000-8000-000000000001");

    public static readonly TransferTrail HoldAlone = new(Noon.AddMilliseconds(1));

    public static readonly TransferTrail HoldAndCredit = new(Noon.AddMilliseconds(1), Noon.AddMilliseconds(2));

    public static TransactionSubmitted Submitted(Guid? id = null) =>
        new(id ?? Id, "alice", "bob", 1_250, "EUR", TransactionKind.Transfer, Noon);

    /// <summary>One that its publisher captures.</summary>
    public static TransactionSubmitted SubmittedForCapture(Guid? id = null) => Submitted(id) with { Capture = TransactionCapture.Manual };

    public static CaptureRequested CaptureAsked(long? amount = null, int request = 1, Guid? id = null) =>
        new(new Guid(8, 8, (short)request, new byte[8]), id ?? Id, "alice", Noon, amount, "shipped");

    public static ReversalRequested ReversalAsked(int request = 1, Guid? id = null) =>
        new(new Guid(9, 9, (short)request, new byte[8]), id ?? Id, "alice", "the goods came back", "erin", Noon);

    public static TransactionOperated Operated(SagaOperation operation, string? toState = null, int request = 1, Guid? id = null) =>
        new(new Guid(10, 10, (short)request, new byte[8]), id ?? Id, "alice", operation, "olga", Noon, "looked into it", toState);

    public static TransactionOperated Retried(int request = 1) => Operated(SagaOperation.Retry, request: request);

    public static TransactionOperated Resolved(string toState, int request = 1) => Operated(SagaOperation.Resolve, toState, request);

    public static TransactionOperated Moved(string toState, int request = 1) => Operated(SagaOperation.Move, toState, request);

    public static TransferPosted ReversalPosted(string step = "reverse") =>
        new(Step(step, null), StepIds.Undoing(Id), "alice", Noon, HoldAndCredit);

    public static TransferRefused ReversalRefused(string reason = LedgerRefusals.InsufficientFunds, string step = "reverse") =>
        new(Step(step, null), StepIds.Undoing(Id), reason, "alice", Noon);

    public static TransactionCancelled Cancelled(Guid? id = null) => new(id ?? Id, "alice", Noon, "changed my mind");

    public static TransactionReviewed Reviewed(ReviewDecision decision = ReviewDecision.Release, Guid? id = null, int request = 7) =>
        new(new Guid(7, 7, (short)request, new byte[8]), id ?? Id, "alice", decision, "carol", Noon, "called the customer");

    public static FraudAssessed Assessed(FraudOutcome outcome = FraudOutcome.Approve, Guid? id = null) =>
        new(id ?? Id, "alice", outcome, outcome == FraudOutcome.Approve ? 10 : 700, [new FraudReason("velocity", 700, "Many in an hour.")], "1", Noon);

    public static HoldPlaced HoldPlaced(Guid? id = null) => new(Step("hold", id), id ?? Id, Step("hold", id), "alice", Noon);

    public static HoldRefused HoldRefused(string reason = LedgerRefusals.InsufficientFunds, Guid? id = null) => new(Step("hold", id), id ?? Id, reason, "alice", Noon);

    public static CreditRefused CreditRefused(string reason = LedgerRefusals.AccountNotFound, Guid? id = null) =>
        new(Step("credit", id), id ?? Id, reason, "alice", Noon, HoldAlone);

    public static HoldCaptured HoldCaptured(Guid? id = null) => new(Step("capture", id), id ?? Id, Step("hold", id), "alice", Noon.AddMilliseconds(3), HoldAndCredit);

    public static CaptureRefused CaptureRefused(string reason = LedgerRefusals.HoldNotFound, Guid? id = null) =>
        new(Step("capture", id), id ?? Id, reason, "alice", Noon, HoldAndCredit);

    public static HoldReleased HoldReleased(Guid? id = null) => new(Step("release", id), id ?? Id, Step("hold", id), "alice", Noon);

    public static ReleaseRefused ReleaseRefused(string reason = LedgerRefusals.HoldNotFound, Guid? id = null, string step = "release") =>
        new(Step(step, id), id ?? Id, reason, "alice", Noon);

    static Guid Step(string step, Guid? id) => StepIds.Of(id ?? Id, step);
}
