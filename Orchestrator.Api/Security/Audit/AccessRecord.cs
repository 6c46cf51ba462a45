namespace Orchestrator.Api.Security.Audit;

/// <summary>Somebody has read something.</summary>
/// <param name="AccessId">The record's id.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who, by the name in their token.</param>
/// <param name="Roles">What they were then.</param>
/// <param name="Operation">What they did: the method and the route.</param>
/// <param name="Subject">What they asked for beside the account: an id, a month.</param>
/// <param name="Accounts">The accounts that they asked for, or that the answer named.</param>
/// <param name="Address">From where.</param>
/// <param name="Status">What they were answered.</param>
public sealed record AccessRecord(
    Guid AccessId, DateTimeOffset At, string Actor, IReadOnlyList<string> Roles, string Operation, string? Subject, IReadOnlyList<string> Accounts, string Address, int Status);
