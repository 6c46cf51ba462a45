using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;
using Orchestrator.Tests.Approved;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>The machine as a table and a picture, made by asking the real one what it does with every message in every state.</summary>
public sealed class TransactionTableTests(SagaPipeline pipeline)
{
    const string Deadline = "the deadline";

    static readonly (string Name, Func<object>[] Path)[] Situations =
    [
        ("Initial", []),
        ("AwaitingSubmission, approved", [() => Assessed()]),
        ("AwaitingSubmission, declined", [() => Assessed(FraudOutcome.Decline)]),
        ("AwaitingSubmission, cancelled", [() => Cancelled()]),
        ("NeverSubmitted", [() => Assessed(), () => Deadline]),
        ("Assessing", [() => Submitted()]),
        ("Holding", [() => Submitted(), () => Assessed(FraudOutcome.Review)]),
        ("Holding, cancelled", [() => Submitted(), () => Assessed(FraudOutcome.Review), () => Cancelled()]),
        ("Held", [() => Submitted(), () => Assessed(FraudOutcome.Review), () => HoldPlaced()]),
        ("Posting", [() => Submitted(), () => Assessed()]),
        ("Posting, after a review", [() => Submitted(), () => Assessed(FraudOutcome.Review), () => HoldPlaced(), () => Reviewed()]),
        ("Releasing, after a refused credit", [() => Submitted(), () => Assessed(), () => CreditRefused()]),
        ("Releasing, after an expired review", [() => Submitted(), () => Assessed(FraudOutcome.Review), () => HoldPlaced(), () => Deadline]),
        ("Releasing, after a cancellation", [() => Submitted(), () => Assessed(FraudOutcome.Review), () => HoldPlaced(), () => Cancelled()]),
        ("Holding, for a capture", [() => SubmittedForCapture(), () => Assessed()]),
        ("Held, for a capture", [() => SubmittedForCapture(), () => Assessed(FraudOutcome.Review), () => HoldPlaced()]),
        ("Authorised", [() => SubmittedForCapture(), () => Assessed(), () => HoldPlaced()]),
        ("Posting, after a capture", [() => SubmittedForCapture(), () => Assessed(), () => HoldPlaced(), () => CaptureAsked(500)]),
        ("Reversing", [() => Submitted(), () => Assessed(), () => HoldCaptured(), () => ReversalAsked()]),
        ("CompensationFailed, of a release", [() => Submitted(), () => Assessed(), () => CreditRefused(), () => ReleaseRefused()]),
        ("CompensationFailed, of a reversal", [() => Submitted(), () => Assessed(), () => HoldCaptured(), () => ReversalAsked(), () => ReversalRefused()]),
        ("Reversed", [() => Submitted(), () => Assessed(), () => HoldCaptured(), () => ReversalAsked(), () => ReversalPosted()]),
        ("Completed", [() => Submitted(), () => Assessed(), () => HoldCaptured()]),
        ("Declined", [() => Submitted(), () => Assessed(FraudOutcome.Decline)]),
        ("Compensated", [() => Submitted(), () => Assessed(), () => CreditRefused(), () => HoldReleased()]),
        ("Voided", [() => Submitted(), () => Cancelled()]),
    ];

    static readonly (string Name, Func<object> Message)[] Messages =
    [
        ("TransactionSubmitted", () => Submitted()),
        ("TransactionCancelled", () => Cancelled()),
        ("TransactionReviewed: release", () => Reviewed()),
        ("TransactionReviewed: confirm_fraud", () => Reviewed(ReviewDecision.ConfirmFraud)),
        ("TransactionReviewed: ask_for_more", () => Reviewed(ReviewDecision.AskForMore)),
        ("CaptureRequested: a part", () => CaptureAsked(500)),
        ("CaptureRequested: more than is held", () => CaptureAsked(9_999)),
        ("ReversalRequested", () => ReversalAsked(request: 2)),
        ("TransactionOperated: retry", () => Retried()),
        .. new[] { "voided", "declined", "compensated", "reversed", "completed" }.Select(to => ($"TransactionOperated: resolve to {to}", (Func<object>)(() => Resolved(to)))),
        .. new[] { "holding", "posting", "authorised", "declined", "voided" }.Select(to => ($"TransactionOperated: move to {to}", (Func<object>)(() => Moved(to)))),
        ("FraudAssessed: approve", () => Assessed()),
        ("FraudAssessed: review", () => Assessed(FraudOutcome.Review)),
        ("FraudAssessed: decline", () => Assessed(FraudOutcome.Decline)),
        ("HoldPlaced", () => HoldPlaced()),
        ("HoldRefused", () => HoldRefused()),
        ("CreditRefused", () => CreditRefused()),
        ("HoldCaptured", () => HoldCaptured()),
        ("CaptureRefused: hold_already_captured", () => CaptureRefused(LedgerRefusals.HoldAlreadyCaptured)),
        ("CaptureRefused: anything else", () => CaptureRefused()),
        ("HoldReleased", () => HoldReleased()),
        ("ReleaseRefused: hold_already_released", () => ReleaseRefused(LedgerRefusals.HoldAlreadyReleased)),
        ("ReleaseRefused: anything else", () => ReleaseRefused()),
        ("TransferPosted", () => ReversalPosted()),
        ("TransferRefused", () => ReversalRefused()),
        (Deadline, () => Deadline),
    ];

    // What somebody asks for in a state that does not take it: the same in all of them.
    static readonly string[] Refusals = ["cancel_refused", "review_refused", "capture_request_refused", "reversal_refused", "operation_refused"];

    [Fact]
    public async Task Transaction_saga_when_asked_about_every_message_in_every_state_does_what_was_approved()
    {
        var rows = new MachineRows();
        foreach (var (situation, path) in Situations)
        {
            foreach (var (name, message) in Messages)
            {
                var lane = await pipeline.OpenLaneAsync();
                foreach (var step in path)
                    await GiveAsync(lane, step());
                var (from, entries) = (StateOf(lane), lane.Find(Id)?.Timeline.Count ?? 0);
                var published = await GiveAsync(lane, message());
                var (to, noted) = (StateOf(lane), lane.Find(Id)?.Timeline.Skip(entries).Select(e => e.What) ?? []);
                var notes = string.Join(", ", noted);
                if (to == from && published.Count == 0 && (notes.Length == 0 || Refusals.Contains(notes, StringComparer.Ordinal)))
                    continue;
                rows.Add(situation, name, from, to, published, notes);
            }
        }
        ApprovedText.Check("docs/design/transaction-saga.md", Page(rows.Rows, rows.Edges));
    }

    static async Task<IReadOnlyList<object>> GiveAsync(TransactionLane lane, object message)
    {
        if (message is not Deadline)
            return await lane.TakeAsync(message);
        return lane.Find(Id)?.DeadlineAt is { } deadline ? await lane.WaitAsync(deadline - lane.Now) : [];
    }

    static string StateOf(TransactionLane lane) => lane.Find(Id)?.CurrentState ?? "Initial";

    static string Page(string rows, string edges) =>
        $"""
        # The transaction saga

        Made by a test that asks the real machine (Orchestrator.Sagas/TransactionSagas/TransactionStateMachine.cs) what it does with every message in every
        state; when the machine changes, so must this page. How it reads:

        - Everything about one transaction shares a key, so a lane takes it in the order in which it arrives; what arrives may still be repeated, late or in
          another order than it came about, because it comes over three topics.
        - Every state that waits has a deadline with a default. There is one durable timer a transaction: the steps of the usual way end sooner than it is
          due, so it is set once and taken back once; when it is due before the state's own deadline it is set again for then.
        - A command to the ledger has an id that follows from the transaction and the step, and is the same to the byte however often it is sent. The ledger
          answers the same each time. So asking again is the default where a reply is missing, and after five times people are told (`transaction_stuck`)
          while it goes on asking every ten minutes.
        - What is approved is posted by the ledger in one go: `PlaceHold` names what is to follow, so the ledger goes from hold to credit to capture by itself
          and answers once, when it is done or at the first step that is refused ([ADR 0007](../adr/0007-a-transfer-is-one-request-to-the-ledger.md)).
          Asked again, it goes through the same steps and finds each of them taken.
        - The credit comes before the capture: while the destination may still refuse, the funds are only on hold and can be given back. Once the posting has
          begun, a cancellation is refused.
        - A person's review takes effect while the funds are on hold. What is released goes on with `Credit`, which names the hold to capture; whatever is found is also a label.
          Before a hold expires people are warned, and then `Sagas:Transaction:ReviewDefault` counts.
        - What is submitted with `"capture": "manual"` is only held when it is approved, by the model or by a person: it is `Authorised`, and its publisher captures it, all of it or a
          part (`CaptureRequested`). The credit is of that amount, and the ledger gives the rest of the hold back. It is cancelled, or its time is over
          (`Sagas:Transaction:AuthorisationTimeout`, with a warning before): the hold is released.
        - What has completed is undone by a reversal (`ReversalRequested`): the ledger sends back what the destination received. A cancellation that comes so late stays refused, and
          says that a reversal is possible: nobody who wants to stop a payment is to start another one unawares.
        - What would undo a step is recorded before the step is asked for, in the same row (`undo`): releasing the hold from when it is asked for, reversing the transfer from when
          the posting is. The transaction's view shows it as `compensations`, with the id of the command that is or would be sent.
        - A release or a reversal that the ledger refuses is not asked for again by itself: the ledger's answer to an id never changes. The transaction is `CompensationFailed`,
          and people are told (`compensation_failed`, queue `operations`), once more each day for thirty days and then every thirty days. An operator has it asked anew, under a new id, or
          resolves it as found: what could not be released ends as `declined`, `voided` or `compensated`, what could not be reversed as `reversed` or stays `completed`.
        - An operator (`TransactionOperated`) retries wherever an answer of the ledger is waited for: the same command goes out again, to the byte. And moves where no money can have
          moved: from `Assessing` to a review or to a refusal, from `Held` on or to a refusal, from `Authorised` to a release. `TransactionOperations` is the table.
        - Whatever somebody asks for where the table has no row for it is refused by name and changes nothing: the timeline notes it (`cancel_refused`, `review_refused`,
          `capture_request_refused`, `reversal_refused`, `operation_refused`), and so does the audit, `sagas.operation`, where everything that was asked of a transaction after its submission
          stands with who, when, why, from where to where. It is written in the unit of work that decides. A request has its effect once, by its id.
        - A row carries the version of the machine that wrote it (`machine_version`). Version 2 takes over what version 1 has begun: when a lane reads such a row it derives what to undo
          from the state. Ids of steps, timers and states are the same, so nothing is asked for twice. A process of version 1 does not know the new states: stop them before.
        - What ends a transaction is announced in the unit of work that stores the end, exactly once; a reversal is announced beside the completion that it undoes.

        ```mermaid
        stateDiagram-v2
        {edges.TrimEnd('\n').Replace("\n", "\n        ", StringComparison.Ordinal)}
            Completed --> [*]
            Declined --> [*]
            Compensated --> [*]
            Voided --> [*]
            Reversed --> [*]
        ```

        What is not in the table is ignored, or refused as said above: asked about every one of these messages in every one of these states, the machine changes nothing and publishes nothing.

        | in | when | then | publishes | notes in the timeline |
        |---|---|---|---|---|
        {rows.TrimEnd('\n').Replace("\n", "\n        ", StringComparison.Ordinal)}

        """.Replace("\n        ", "\n", StringComparison.Ordinal);
}
