using System.Globalization;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Sagas.Machines;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Outlook;

/// <summary>What is still to come for a transaction: the steps, what its deadline brings, what would be undone, what people can do. Pure.</summary>
public static class TransactionOutlook
{
    /// <summary>Looks ahead from where <paramref name="saga"/> stands.</summary>
    /// <param name="saga">The transaction.</param>
    /// <param name="map">Its machine, which knows where a deadline leads.</param>
    /// <param name="options">How long it waits, and what is assumed then.</param>
    public static SagaOutlook Of(TransactionSaga saga, MachineMap map, TransactionSagaOptions options) => new(
        [.. TransactionStates.Remaining(saga).Select(step => new RemainingStep(step, Does(step, saga)))],
        AtDeadline(saga, map, options),
        [.. Compensation.Of(saga).Select(c => Undo(c, saga))],
        Actions(saga, options),
        TransactionOperations.Of(saga));

    /// <summary>What people and publishers can do now, by its stable name.</summary>
    public static IReadOnlyList<string> Actions(TransactionSaga saga, TransactionSagaOptions options) => saga.CurrentState switch
    {
        "Held" when saga.Timeline.Count(e => e.What is "more_asked") >= options.ReviewExtensions => ["release", "confirm_fraud", "cancel"],
        "Held" => ["release", "confirm_fraud", "ask_for_more", "cancel"],
        "Authorised" => ["capture", "cancel"],
        "Completed" => ["reverse"],
        "Assessing" or "AwaitingSubmission" or "NeverSubmitted" or "Holding" => ["cancel"],
        _ => [],
    };

    /// <summary>What happens by itself at the deadline, for people.</summary>
    public static DeadlineOutlook? AtDeadline(TransactionSaga saga, MachineMap map, TransactionSagaOptions options)
    {
        if (saga.DeadlineAt is not { } deadline)
            return null;
        var leads = map.Next(saga.CurrentState, MachineMap.Deadline);
        return saga.CurrentState switch
        {
            "Held" => options.ReviewDefault == FraudOutcome.Decline
                ? new(deadline, "Nobody has reviewed it: the hold is given back and the transaction is declined.", ["releasing"])
                : Is.Manual(saga)
                    ? new(deadline, "Nobody has reviewed it: it is approved, and its publisher may take the money.", ["authorised"])
                    : new(deadline, "Nobody has reviewed it: it is approved, and the posting goes on.", ["posting"]),
            "Assessing" => options.AssessmentDefault == FraudOutcome.Decline
                ? new(deadline, "The assessment has not come: the transaction is declined.", ["declined"])
                : new(deadline, "The assessment has not come: the funds are put on hold, and a person looks.", ["holding"]),
            "AwaitingSubmission" => new(deadline, "The submission has not come: what was said about it is kept, and nothing is waited for.", ["never_submitted"]),
            "Authorised" => new(deadline, "Nobody has taken the money: the hold is given back.", Shown(leads)),
            "CompensationFailed" => new(deadline, "People are reminded that it waits for somebody to have it asked anew, or to resolve it by hand.", []),
            _ when leads.Count == 0 => new(deadline, Again(saga, options), []),
            _ => new(deadline, "It goes on by itself.", Shown(leads)),
        };
    }

    static string Again(TransactionSaga saga, TransactionSagaOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"The ledger is asked again, by the same command{(saga.Repeats >= options.RepeatsBeforeAlert ? $"; people know, after {saga.Repeats} times" : $"; after {options.RepeatsBeforeAlert} times people are told")}.");

    static string Does(string step, TransactionSaga saga) => step switch
    {
        "submit" => "The publisher submits it.",
        "assess" => "It is assessed for fraud.",
        "hold" => $"The amount is reserved on {saga.SourceAccountId}.",
        "review" => "A person looks at it.",
        "credit" => $"{saga.DestinationAccountId ?? "The destination"} is credited.",
        "capture" => $"The reserved amount is taken off {saga.SourceAccountId}.",
        "release" => $"The reserved amount is given back to {saga.SourceAccountId}.",
        "capture_request" => "The publisher takes the money, or a part of it.",
        "reverse" => $"What was paid goes back to {saga.SourceAccountId}.",
        "resolve" => "A person finds out how it ended, and says so.",
        _ => step.Replace('_', ' ') + ".",
    };

    static UndoOutlook Undo(Compensation compensation, TransactionSaga saga) => new(
        compensation.What,
        compensation.What == "reverse_transfer" ? $"What was paid goes back to {saga.SourceAccountId}." : $"The hold is given back to {saga.SourceAccountId}.",
        compensation.State,
        compensation.CommandId);

    static string[] Shown(IReadOnlyList<string> states) => [.. states.Select(TransactionStates.Shown)];
}
