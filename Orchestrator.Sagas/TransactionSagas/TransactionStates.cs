namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>The states by their stable names on the outside, and what each still expects.</summary>
public static class TransactionStates
{
    static readonly State[] All =
    [
        new("AwaitingSubmission", "awaiting_submission", Ended: false, ["submit", "assess", "hold", "credit", "capture"]),
        new("NeverSubmitted", "never_submitted", Ended: false, ["submit"]),
        new("Assessing", "assessing", Ended: false, ["assess", "hold", "credit", "capture"]),
        new("Holding", "holding", Ended: false, ["hold", "review", "credit", "capture"]),
        new("Held", "held", Ended: false, ["review", "credit", "capture"]),
        new("Authorised", "authorised", Ended: false, ["capture_request", "credit", "capture"]),
        new("Posting", "posting", Ended: false, ["hold", "credit", "capture"]),
        new("Releasing", "releasing", Ended: false, ["release"]),
        new("Reversing", "reversing", Ended: false, ["reverse"]),
        new("CompensationFailed", "compensation_failed", Ended: false, ["resolve"]),
        new("Completed", "completed", Ended: true, []),
        new("Declined", "declined", Ended: true, []),
        new("Compensated", "compensated", Ended: true, []),
        new("Voided", "voided", Ended: true, []),
        new("Reversed", "reversed", Ended: true, []),
    ];

    /// <summary>All names, as they are shown.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(s => s.Shown)];

    /// <summary>Whether a transaction in this state waits for nothing any more. What has completed may still be reversed.</summary>
    public static bool HasEnded(string state) => Find(state)?.Ended ?? false;

    /// <summary>Whether a cancellation takes effect in this state.</summary>
    public static bool CanBeCancelled(string state) => state is "AwaitingSubmission" or "NeverSubmitted" or "Assessing" or "Holding" or "Held" or "Authorised";

    /// <summary>The name as it is shown.</summary>
    public static string Shown(string state) => Find(state)?.Shown ?? state;

    /// <summary>The stored name of a shown one; null when there is no such state.</summary>
    public static string? Stored(string shown) => Array.Find(All, s => string.Equals(s.Shown, shown, StringComparison.Ordinal))?.Stored;

    /// <summary>What is still to happen if nothing goes wrong, in order.</summary>
    public static IReadOnlyList<string> Remaining(TransactionSaga saga) => Find(saga.CurrentState)?.Remaining ?? [];

    static State? Find(string state) => Array.Find(All, s => string.Equals(s.Stored, state, StringComparison.Ordinal));

    sealed record State(string Stored, string Shown, bool Ended, IReadOnlyList<string> Remaining);
}
