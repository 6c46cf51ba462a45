namespace Orchestrator.Sagas.Outlook;

/// <summary>What is still to come for a saga, as far as it can be said now.</summary>
/// <param name="Remaining">The steps that follow if nothing goes wrong, in order; empty when it has ended.</param>
/// <param name="AtDeadline">What happens by itself when nothing else does; null where there is no deadline.</param>
/// <param name="Compensations">What is undone, and when.</param>
/// <param name="Actions">What people can do now, by its stable name.</param>
public sealed record SagaOutlook(
    IReadOnlyList<RemainingStep> Remaining, DeadlineOutlook? AtDeadline, IReadOnlyList<Compensation> Compensations, IReadOnlyList<string> Actions);

/// <summary>A step that is still to come.</summary>
/// <param name="Step">Its stable name.</param>
/// <param name="Does">What happens in it, for people.</param>
public sealed record RemainingStep(string Step, string Does);

/// <summary>What a deadline brings.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Does">What happens then, for people.</param>
/// <param name="Leads">The states to which the machine goes then, as they are shown; empty when it stays and asks again.</param>
public sealed record DeadlineOutlook(DateTimeOffset At, string Does, IReadOnlyList<string> Leads);

/// <summary>What is undone.</summary>
/// <param name="When">When, for people.</param>
/// <param name="Does">What happens then, for people.</param>
/// <param name="Done">Whether it has happened.</param>
public sealed record Compensation(string When, string Does, bool Done);
