using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Transactions;

/// <summary>
/// An operator acts on a transaction's saga. Topic <c>transactions</c>, keyed by the source account. What the machine does not allow in the state that the
/// transaction is in changes nothing; either way the timeline and the audit say what became of it.
/// </summary>
/// <param name="OperationId">Identifies the operation for ever: taken once however often it is sent.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">Its source account: the key.</param>
/// <param name="Operation">What is to happen.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="ToState">Where to, by the state's name as it is shown: for a resolve and a move, never for a retry.</param>
public sealed record TransactionOperated(
    Guid OperationId, Guid TransactionId, string SourceAccountId, SagaOperation Operation, string Actor, DateTimeOffset At, string Reason,
    string? ToState = null) : IContract
{
    /// <summary>The longest name of a person.</summary>
    public const int MaxActor = 128;

    /// <summary>The longest reason.</summary>
    public const int MaxReason = 512;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(OperationId, "operationId");
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        errors.Required(Actor, "actor", MaxActor);
        errors.Instant(At, "at");
        errors.Required(Reason, "reason", MaxReason);
        errors.Text(ToState, "toState");
        if ((Operation is SagaOperation.Retry) != (ToState is null))
            errors.Add("to_state_mismatch", "toState", "where to is said for a resolve and a move, and for nothing else");
    }
}

/// <summary>What an operator asks of a saga.</summary>
[JsonConverter(typeof(NamedEnumConverter<SagaOperation>))]
public enum SagaOperation
{
    /// <summary>What the saga waits for is asked for again, now.</summary>
    [JsonStringEnumMemberName("retry")] Retry,

    /// <summary>A saga whose compensation failed ends by hand, as a person has found it to have ended.</summary>
    [JsonStringEnumMemberName("resolve")] Resolve,

    /// <summary>The saga goes on in another state, where the machine allows it.</summary>
    [JsonStringEnumMemberName("move")] Move,
}
