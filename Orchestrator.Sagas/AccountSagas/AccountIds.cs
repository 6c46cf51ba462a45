using Orchestrator.Messaging.Wire;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>Ids that follow from an account's.</summary>
public static class AccountIds
{
    /// <summary>The id of the account's saga.</summary>
    public static Guid SagaOf(string accountId) => HashedId.Of($"account-saga:{accountId}");
}
