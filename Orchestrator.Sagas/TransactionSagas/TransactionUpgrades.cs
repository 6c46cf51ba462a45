namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>
/// What a row lacks that an older machine has written, a step for each version. Its state, its steps' ids and its timer stay as they are, so nothing is asked for twice.
/// </summary>
static class TransactionUpgrades
{
    public static void Upgrade(TransactionSaga saga)
    {
        if (saga.MachineVersion < 2)
            FromVersion1(saga);
    }

    // Version 1 knew what to undo from the state alone. It asked again for a release that the ledger had refused, under the same id and so without an answer; the next request
    // has a new id, and what it is answered counts.
    static void FromVersion1(TransactionSaga saga)
    {
        saga.MachineVersion = 2;
        saga.Undo = saga.CurrentState switch
        {
            "Holding" or "Held" or "Releasing" => TransactionUndo.ReleaseHold,
            "Posting" => TransactionUndo.ReleaseHold | TransactionUndo.ReverseTransfer,
            "Completed" => TransactionUndo.ReverseTransfer,
            _ => TransactionUndo.Nothing,
        };
        if (saga.CurrentState is "Releasing" && saga.Timeline.Exists(e => e.What is "release_refused"))
            saga.Beyond.Attempt = 1;
    }
}
