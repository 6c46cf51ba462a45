using static Orchestrator.Casework.Cases.CaseDecision;

namespace Orchestrator.Casework.Cases;

/// <summary>What becomes of a case when somebody acts on it. Pure.</summary>
public static class CaseDecider
{
    /// <summary>How far ahead a case may be snoozed.</summary>
    public static readonly TimeSpan MaxSnooze = TimeSpan.FromDays(30);

    /// <summary>Decides.</summary>
    /// <param name="file">The case as it is.</param>
    /// <param name="action">What somebody does.</param>
    /// <param name="actor">Who.</param>
    /// <param name="needApproval">The outcomes that somebody else has to approve.</param>
    /// <param name="now">The time, UTC.</param>
    public static CaseDecision Decide(CaseFile file, CaseAction action, string actor, IReadOnlyList<CaseOutcome> needApproval, DateTimeOffset now)
    {
        if (file.State == CaseState.Closed)
            return new Refused(CaseRefusals.Closed);
        var next = file with { Version = file.Version + 1, UpdatedAt = now };
        return action switch
        {
            CaseAction.Approve or CaseAction.Reject when file.State != CaseState.AwaitingApproval => new Refused(CaseRefusals.NothingProposed),
            CaseAction.Approve when Same(file.ProposedBy, actor) => new Refused(CaseRefusals.MakerIsChecker),
            CaseAction.Approve => new Changed(next with { State = CaseState.Closed, ClosedBy = actor, ClosedAt = now, SnoozedUntil = null }, "approve"),
            CaseAction.Reject => new Changed(next with { State = CaseState.Investigating, Outcome = null, ProposedBy = null }, "reject"),
            _ when file.State == CaseState.AwaitingApproval => new Refused(CaseRefusals.AwaitsApproval),
            CaseAction.Assign { Assignee: var assignee } => new Changed(
                next with { State = assignee is null ? CaseState.Pending : CaseState.Investigating, Assignee = assignee, SnoozedUntil = null }, "assign"),
            CaseAction.Snooze { Until: var until } when until <= now || until > now + MaxSnooze => new Refused(CaseRefusals.SnoozeOutOfRange),
            CaseAction.Snooze { Until: var until } => new Changed(next with { SnoozedUntil = until }, "snooze"),
            // Who decides has looked.
            CaseAction.Close when !Same(file.Assignee, actor) => new Refused(CaseRefusals.NotYours),
            CaseAction.Close { Outcome: var outcome } when needApproval.Contains(outcome) => new Changed(
                next with { State = CaseState.AwaitingApproval, Outcome = outcome, ProposedBy = actor, SnoozedUntil = null }, "propose"),
            CaseAction.Close { Outcome: var outcome } => new Changed(
                next with { State = CaseState.Closed, Outcome = outcome, ClosedBy = actor, ClosedAt = now, SnoozedUntil = null }, "close"),
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "no such action"),
        };
    }

    static bool Same(string? a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
