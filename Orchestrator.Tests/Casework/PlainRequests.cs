using Orchestrator.Casework.Cases;

namespace Orchestrator.Tests.Casework;

/// <summary>What people do without a key of their own for it.</summary>
static class PlainRequests
{
    public static Task<CaseResult?> ClaimAsync(this CaseStore cases, string? queue, string actor, CancellationToken cancellationToken) =>
        cases.ClaimAsync(queue, actor, request: null, cancellationToken);

    public static Task<CaseResult> ActAsync(
        this CaseStore cases, Guid caseId, CaseAction action, string actor, string? reason, int? version, CancellationToken cancellationToken) =>
        cases.ActAsync(caseId, action, actor, reason, version, request: null, cancellationToken);

    /// <summary>False when there is no such case.</summary>
    public static async Task<bool> NoteAsync(this CaseStore cases, Guid caseId, string actor, string text, CancellationToken cancellationToken) =>
        await cases.NoteAsync(caseId, actor, text, request: null, cancellationToken) is CaseResult.Done;
}
