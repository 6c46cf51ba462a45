namespace Orchestrator.Contracts.Alerts;

/// <summary>
/// Something that a person should look at. Topic <c>alerts</c>, keyed by the account.
/// </summary>
/// <param name="AlertId">Identifies the alert for ever.</param>
/// <param name="AccountId">The account it is about: the key.</param>
/// <param name="Kind">A stable name: for instance <c>fraud_review</c>, <c>fraud_declined</c>, <c>decision_review</c>, <c>compensated</c>.</param>
/// <param name="Score">0 to 1000; zero when there is none.</param>
/// <param name="Reasons">Sentences for a case worker.</param>
/// <param name="At">When, UTC.</param>
/// <param name="TransactionId">The transaction that raised it, when there is one.</param>
public sealed record AlertRaised(
    Guid AlertId, string AccountId, string Kind, int Score, IReadOnlyList<string> Reasons, DateTimeOffset At, Guid? TransactionId = null) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(AlertId, "alertId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(Kind, "kind");
        errors.Instant(At, "at");
    }
}
