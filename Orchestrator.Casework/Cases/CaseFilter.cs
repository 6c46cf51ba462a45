namespace Orchestrator.Casework.Cases;

/// <summary>Which cases, and in which order.</summary>
/// <param name="Queue">Of this queue; of all when null.</param>
/// <param name="State">In this state; in all when null.</param>
/// <param name="Assignee">Of this person; of all and nobody when null.</param>
/// <param name="AccountId">About this account; about all when null.</param>
/// <param name="MinPriority">Of this priority or a higher one.</param>
/// <param name="MaxPriority">Of this priority or a lower one.</param>
/// <param name="Overdue">Those alone that should have been closed by now, and are not.</param>
/// <param name="OpenedFrom">Opened then or later, UTC.</param>
/// <param name="OpenedTo">Opened before then, UTC.</param>
/// <param name="Sort">In which order. By priority and by due time those alone that are not closed, unless a state is named.</param>
public sealed record CaseFilter(
    string? Queue = null,
    CaseState? State = null,
    string? Assignee = null,
    string? AccountId = null,
    int? MinPriority = null,
    int? MaxPriority = null,
    bool Overdue = false,
    DateTimeOffset? OpenedFrom = null,
    DateTimeOffset? OpenedTo = null,
    CaseSort Sort = CaseSort.Newest);

/// <summary>In which order cases are listed.</summary>
public enum CaseSort
{
    /// <summary>The newest first.</summary>
    Newest,

    /// <summary>The most urgent first, of these the oldest: as they are claimed.</summary>
    Priority,

    /// <summary>Those first that are due first.</summary>
    Due,
}
