namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>
/// What would undo what a transaction has asked for. It is recorded before the step is asked for, with which it is stored: a step that seems to have failed may
/// have taken effect. The numbers are stored.
/// </summary>
[Flags]
public enum TransactionUndo : short
{
    /// <summary>Nothing was asked for that would have to be undone.</summary>
    Nothing = 0,

    /// <summary>Giving the hold back to the source.</summary>
    ReleaseHold = 1,

    /// <summary>Sending the money back from the destination.</summary>
    ReverseTransfer = 2,
}

/// <summary>One thing that would undo a step.</summary>
/// <param name="What">Its stable name: <c>release_hold</c> or <c>reverse_transfer</c>.</param>
/// <param name="CommandId">The id of the command to the ledger.</param>
/// <param name="State"><c>registered</c>, <c>asked</c> once the ledger was told, <c>failed</c> when it has refused.</param>
public sealed record Compensation(string What, Guid CommandId, string State)
{
    /// <summary>What is registered for a transaction.</summary>
    public static IReadOnlyList<Compensation> Of(TransactionSaga saga)
    {
        var found = new List<Compensation>(2);
        if (saga.Undo.HasFlag(TransactionUndo.ReleaseHold))
            found.Add(new("release_hold", saga.UndoId("release"), StateOf(saga, "Releasing")));
        if (saga.Undo.HasFlag(TransactionUndo.ReverseTransfer))
            found.Add(new("reverse_transfer", saga.UndoId("reverse"), StateOf(saga, "Reversing")));
        return found;
    }

    static string StateOf(TransactionSaga saga, string whileAsked) =>
        saga.CurrentState is "CompensationFailed" ? "failed" : string.Equals(saga.CurrentState, whileAsked, StringComparison.Ordinal) ? "asked" : "registered";
}
