namespace Orchestrator.Casework.Events;

/// <summary>What can happen to alerts and cases, by its stable names.</summary>
public static class EventKinds
{
    /// <summary>An alert was raised.</summary>
    public const string AlertRaised = "alert.raised";

    /// <summary>A case was opened.</summary>
    public const string CaseOpened = "case.opened";

    /// <summary>A case was given to somebody, claimed, or given back.</summary>
    public const string CaseAssigned = "case.assigned";

    /// <summary>A case changed otherwise: an alert has joined it, it was snoozed, something was proposed or rejected.</summary>
    public const string CaseChanged = "case.changed";

    /// <summary>A case is overdue.</summary>
    public const string CaseEscalated = "case.escalated";

    /// <summary>A case is closed.</summary>
    public const string CaseResolved = "case.resolved";

    /// <summary>Those that one can subscribe to.</summary>
    public static IReadOnlyList<string> Announced { get; } = [AlertRaised, CaseOpened, CaseAssigned, CaseResolved, CaseEscalated];
}
