namespace Orchestrator.Contracts.Decisions;

/// <summary>
/// A decision that somebody has asked for and waited for. It is kept like every other. Nothing else follows from it: no transaction was submitted, so no
/// saga waits for it. Topic <c>decisions</c>, keyed by the source account.
/// </summary>
/// <param name="Decision">What was decided, with the transaction that it is about.</param>
public sealed record DecisionAnswered(FraudAssessed Decision) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        Decision.Validate(errors);
        if (Decision.Transaction is null)
            errors.Add("missing_field", "decision.transaction", "the transaction that is decided");
    }
}
