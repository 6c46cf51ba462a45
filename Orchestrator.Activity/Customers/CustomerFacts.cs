using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Customers;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Activity.Customers;

/// <summary>Says by customer what messages say by account or by visitor. Ids follow from the messages', so that the same said again is the same fact.</summary>
static class CustomerFacts
{
    /// <summary>The customer owns an account.</summary>
    public static CustomerFact Opened(string customerId, string accountId, DateTimeOffset at) =>
        new(HashedId.Of($"owner:{accountId}:{customerId}"), customerId, CustomerFactKind.AccountOpened, at, AccountId: accountId);

    /// <summary>The profile has changed.</summary>
    public static CustomerFact Of(CustomerProfileUpdated update) =>
        new(HashedId.Of($"profile:{update.UpdateId}"), update.CustomerId, CustomerFactKind.ProfileUpdated, update.UpdatedAt, Profile: update);

    /// <summary>The customer is there.</summary>
    public static CustomerFact Of(CustomerObserved seen) =>
        new(HashedId.Of($"observed:{seen.ObservationId}"), seen.CustomerId, CustomerFactKind.Observed, seen.At, Observed: seen);

    /// <summary>A transaction from one of the customer's accounts has completed.</summary>
    public static CustomerFact Of(string customerId, string accountId, WaitingFact sent) =>
        new(sent.FactId, customerId, CustomerFactKind.MoneySent, sent.At, accountId, sent.AmountMinor, sent.Currency);

    /// <summary>The segments are to be worked out again.</summary>
    public static CustomerFact Reconsider(long backfill, int pass, string customerId, DateTimeOffset at) =>
        new(HashedId.Of($"reconsider:{backfill}:{pass}:{customerId}"), customerId, CustomerFactKind.Reconsider, at);
}

/// <summary>A transaction that has completed, without whose it is.</summary>
/// <param name="FactId">The id of the fact that it becomes.</param>
/// <param name="At">When, UTC.</param>
/// <param name="AmountMinor">What was sent, in minor units.</param>
/// <param name="Currency">In which currency.</param>
public sealed record WaitingFact(Guid FactId, DateTimeOffset At, long AmountMinor, string Currency)
{
    /// <summary>What a transaction amounts to; null when it says nothing that can be counted.</summary>
    internal static WaitingFact? Of(TransactionCompleted completed) =>
        completed.AmountMinor is > 0 and <= ContractErrors.MaxAmountMinor && CurrencyScales.IsWellFormed(completed.Currency)
            ? new(HashedId.Of($"sent:{completed.TransactionId}"), completed.At, completed.AmountMinor, completed.Currency)
            : null;
}
