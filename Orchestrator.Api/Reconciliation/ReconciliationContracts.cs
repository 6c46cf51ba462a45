using Orchestrator.Contracts;
using Orchestrator.Ledger.Reconciliation;

namespace Orchestrator.Api.Reconciliation;

/// <summary>Decides about a break: a posting is named to match it by hand, none to accept it as it is.</summary>
/// <param name="Reason">Why; kept with the decision, at most 500 characters.</param>
/// <param name="AccountId">The account of the posting that the line stands for.</param>
/// <param name="Version">The account's version that the posting made.</param>
public sealed record ResolveBreakRequest(string Reason, string? AccountId = null, long? Version = null)
{
    const int MaxReasonLength = 500;

    internal PostingId? Posting => AccountId is { } account && Version is { } version ? new PostingId(account, version) : null;

    internal ContractErrors Validate()
    {
        var errors = new ContractErrors();
        errors.Required(Reason, "reason", MaxReasonLength);
        if (AccountId is null != Version is null)
            errors.Add("missing_field", AccountId is null ? "accountId" : "version", "both account and version, or neither");
        if (AccountId is not null)
            errors.AccountId(AccountId, "accountId");
        if (Version < 1)
            errors.Add("out_of_range", "version", "1 or above");
        return errors;
    }
}

/// <summary>The decision is recorded.</summary>
/// <param name="ReconciliationId">The reconciliation.</param>
/// <param name="Line">The break's number.</param>
/// <param name="Reason">Why.</param>
/// <param name="AccountId">The account of the posting that was matched by hand; absent where the break was accepted.</param>
/// <param name="Version">The account's version that the posting made.</param>
public sealed record BreakResolved(Guid ReconciliationId, int Line, string Reason, string? AccountId, long? Version);
