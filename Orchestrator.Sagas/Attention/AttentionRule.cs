using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Attention;

/// <summary>Which transactions people or operators should see. Pure.</summary>
public static class AttentionRule
{
    /// <summary>Whether a transaction in this state waits for somebody, by the state's stored name.</summary>
    public static bool WaitsForPeople(string? state) => state is "Held" or "Authorised" or "CompensationFailed";

    /// <summary>Whether the ledger was asked too often for the step that is waited for.</summary>
    /// <param name="saga">The transaction.</param>
    /// <param name="repeatsBeforeAlert">How often is too often.</param>
    public static bool IsStuck(TransactionSaga saga, int repeatsBeforeAlert) =>
        !WaitsForPeople(saga.CurrentState) && !TransactionStates.HasEnded(saga.CurrentState) && saga.Repeats >= repeatsBeforeAlert;

    /// <summary>Whether it should be seen.</summary>
    public static bool Needs(TransactionSaga saga, int repeatsBeforeAlert) => WaitsForPeople(saga.CurrentState) || IsStuck(saga, repeatsBeforeAlert);

    /// <summary>Whether it may have been seen before, so that there may be a row to take away: the usual way has none of this, and pays nothing.</summary>
    /// <param name="saga">The transaction as it is now.</param>
    /// <param name="before">Its state before.</param>
    public static bool MayHaveNeeded(TransactionSaga saga, string? before) => WaitsForPeople(before) || saga.Timeline.Exists(e => e.Why is "again");
}
