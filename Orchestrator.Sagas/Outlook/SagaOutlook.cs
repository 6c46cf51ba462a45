using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Outlook;

/// <summary>What is still to come for a saga, as far as it can be said now.</summary>
/// <param name="Remaining">The steps that follow if nothing goes wrong, in order; empty when it has ended.</param>
/// <param name="AtDeadline">What happens by itself when nothing else does; null where there is no deadline.</param>
/// <param name="Compensations">What would undo what was asked for, as it is registered.</param>
/// <param name="Actions">What people can do now, by its stable name.</param>
/// <param name="Operations">What an operator can do now.</param>
public sealed record SagaOutlook(
    IReadOnlyList<RemainingStep> Remaining, DeadlineOutlook? AtDeadline, IReadOnlyList<UndoOutlook> Compensations, IReadOnlyList<string> Actions,
    IReadOnlyList<AllowedOperation> Operations);

/// <summary>A step that is still to come.</summary>
/// <param name="Step">Its stable name.</param>
/// <param name="Does">What happens in it, for people.</param>
public sealed record RemainingStep(string Step, string Does);

/// <summary>What a deadline brings.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Does">What happens then, for people.</param>
/// <param name="Leads">The states to which the machine goes then, as they are shown; empty when it stays and asks again.</param>
public sealed record DeadlineOutlook(DateTimeOffset At, string Does, IReadOnlyList<string> Leads);

/// <summary>What would undo what was asked for.</summary>
/// <param name="What">Its stable name.</param>
/// <param name="Does">What happens then, for people.</param>
/// <param name="State"><c>registered</c>, <c>asked</c> once the ledger was told, <c>failed</c> when it has refused.</param>
/// <param name="CommandId">The id of the command to the ledger.</param>
public sealed record UndoOutlook(string What, string Does, string State, Guid CommandId);
