using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Cases;

/// <summary>A case was opened: people have to look into an account. Topic <c>cases</c>, keyed by the account.</summary>
/// <param name="CaseId">The case.</param>
/// <param name="AccountId">The account: the key.</param>
/// <param name="Queue">Where it waits.</param>
/// <param name="Priority">0 to 1000; the highest goes first.</param>
/// <param name="OpenedAt">When, UTC.</param>
/// <param name="DueAt">When it has to be closed, UTC.</param>
public sealed record CaseOpened(Guid CaseId, string AccountId, string Queue, int Priority, DateTimeOffset OpenedAt, DateTimeOffset DueAt) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(CaseId, "caseId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(Queue, "queue");
        errors.Instant(OpenedAt, "openedAt");
        errors.Instant(DueAt, "dueAt");
    }
}

/// <summary>A case was given to somebody, claimed, or given back. Topic <c>cases</c>, keyed by the account.</summary>
/// <param name="CaseId">The case.</param>
/// <param name="AccountId">The account: the key.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Version">The case's version since: later ones are higher.</param>
/// <param name="Assignee">Who looks into it; missing when it waits in its queue again.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record CaseAssigned(
    Guid CaseId, string AccountId, string Queue, string Actor, DateTimeOffset At, int Version, string? Assignee = null, string? Reason = null) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(CaseId, "caseId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(Queue, "queue");
        errors.Required(Actor, "actor");
        errors.Instant(At, "at");
    }
}

/// <summary>A case is closed for good. Topic <c>cases</c>, keyed by the account.</summary>
/// <param name="CaseId">The case.</param>
/// <param name="AccountId">The account: the key.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Outcome">What was found.</param>
/// <param name="ResolvedBy">Who closed it, or approved what was proposed.</param>
/// <param name="ResolvedAt">When, UTC.</param>
/// <param name="Version">The case's last version.</param>
/// <param name="ProposedBy">Who found it, where somebody else had to approve.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record CaseResolved(
    Guid CaseId,
    string AccountId,
    string Queue,
    CaseFinding Outcome,
    string ResolvedBy,
    DateTimeOffset ResolvedAt,
    int Version,
    string? ProposedBy = null,
    string? Reason = null) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(CaseId, "caseId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(Queue, "queue");
        errors.Required(ResolvedBy, "resolvedBy");
        errors.Instant(ResolvedAt, "resolvedAt");
    }
}

/// <summary>What was found about a case.</summary>
[JsonConverter(typeof(NamedEnumConverter<CaseFinding>))]
public enum CaseFinding
{
    /// <summary>Fraud.</summary>
    [JsonStringEnumMemberName("fraud")] Fraud,

    /// <summary>Nothing was wrong.</summary>
    [JsonStringEnumMemberName("genuine")] Genuine,

    /// <summary>Nobody can tell.</summary>
    [JsonStringEnumMemberName("inconclusive")] Inconclusive,
}
