using System.Globalization;
using System.Text;
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
        (Deadline, () => Deadline),
    ];

    [Fact]
    public async Task Transaction_saga_when_asked_about_every_message_in_every_state_does_what_was_approved()
    {
        var rows = new StringBuilder();
        var edges = new List<string>();
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
                if (to == from && published.Count == 0 && notes.Length == 0)
                    continue;
                rows.Append(CultureInfo.InvariantCulture, $"| {situation} | {name} | {to} | {string.Join(", ", published.Select(Name))} | {notes} |\n");
                var edge = $"    {from} --> {to}: {name.Split(':')[0]}\n";
                if (from != to && !edges.Contains(edge))
                    edges.Add(edge);
            }
        }
        ApprovedText.Check("docs/design/transaction-saga.md", Page(rows.ToString(), string.Concat(edges).Replace("Initial", "[*]", StringComparison.Ordinal)));
    }

    static async Task<IReadOnlyList<object>> GiveAsync(TransactionLane lane, object message)
    {
        if (message is not Deadline)
            return await lane.TakeAsync(message);
        return lane.Find(Id)?.DeadlineAt is { } deadline ? await lane.WaitAsync(deadline - lane.Now) : [];
    }

    static string StateOf(TransactionLane lane) => lane.Find(Id)?.CurrentState ?? "Initial";

    static string Name(object message) => message is Contracts.Alerts.AlertRaised alert ? $"AlertRaised: {alert.Kind}" : message.GetType().Name;

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
        - What ends a transaction is announced in the unit of work that stores the end, exactly once.

        ```mermaid
        stateDiagram-v2
        {edges.TrimEnd('\n').Replace("\n", "\n        ", StringComparison.Ordinal)}
            Completed --> [*]
            Declined --> [*]
            Compensated --> [*]
            Voided --> [*]
        ```

        What is not in the table is ignored: asked about every one of these messages in every one of these states, the machine changes nothing and says nothing.

        | in | when | then | publishes | notes in the timeline |
        |---|---|---|---|---|
        {rows.TrimEnd('\n').Replace("\n", "\n        ", StringComparison.Ordinal)}

        """.Replace("\n        ", "\n", StringComparison.Ordinal);
}
