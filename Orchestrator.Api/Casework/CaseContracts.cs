using Orchestrator.Casework.Alerts;
using Orchestrator.Casework.Cases;

namespace Orchestrator.Api.Casework;

/// <summary>Asks for the next case.</summary>
/// <param name="Queue">Of this queue; of any when left out.</param>
public sealed record ClaimCaseRequest(string? Queue = null);

/// <summary>Gives a case to somebody, or back to the queue.</summary>
/// <param name="Assignee">Who looks into it; nobody when left out.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record AssignCaseRequest(string? Assignee = null, string? Reason = null);

/// <summary>Puts a case off.</summary>
/// <param name="Until">Nobody gets it before then; at most 30 days ahead, UTC.</param>
/// <param name="Reason">What is waited for.</param>
public sealed record SnoozeCaseRequest(DateTimeOffset Until, string Reason);

/// <summary>Notes something.</summary>
/// <param name="Text">What; at most 4,000 characters.</param>
public sealed record NoteCaseRequest(string Text);

/// <summary>Says what was found.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Reason">Why, for people; part of the log and of labels.</param>
public sealed record CloseCaseRequest(CaseOutcome Outcome, string Reason);

/// <summary>Agrees with what was found, or does not.</summary>
/// <param name="Reason">Why, for people.</param>
public sealed record DecideCaseRequest(string Reason);

/// <summary>A case with all that belongs to it.</summary>
/// <param name="Case">The case.</param>
/// <param name="Alerts">Its alerts, the newest first; at most 500.</param>
/// <param name="Log">What people did and noted, oldest first; at most 1,000.</param>
public sealed record CaseView(CaseFile Case, IReadOnlyList<StoredAlert> Alerts, IReadOnlyList<CaseLogEntry> Log);
