namespace Orchestrator.Sagas.AccountSagas;

/// <summary>The states by their stable names on the outside, and what each still expects.</summary>
public static class AccountStates
{
    static readonly State[] All =
    [
        new("Checking", "checking", Waits: true, ["check", "open"]),
        new("InReview", "in_review", Waits: true, ["review", "open"]),
        new("Opening", "opening", Waits: true, ["open"]),
        new("Open", "open", Waits: false, []),
        new("Freezing", "freezing", Waits: true, ["freeze", "review"]),
        new("Frozen", "frozen", Waits: true, ["review"]),
        new("Dormant", "dormant", Waits: true, ["review"]),
        new("FrozenByHand", "frozen_by_hand", Waits: false, []),
        new("Unfreezing", "unfreezing", Waits: true, ["unfreeze"]),
        new("Closing", "closing", Waits: true, ["close"]),
        new("Closed", "closed", Waits: false, []),
        new("Rejected", "rejected", Waits: false, []),
    ];

    /// <summary>All names, as they are stored.</summary>
    public static IReadOnlyList<string> Stored { get; } = [.. All.Select(s => s.Name)];

    /// <summary>Whether an account in this state has ended for good.</summary>
    public static bool HasEnded(string state) => state is "Closed" or "Rejected";

    /// <summary>Whether something is waited for in this state: then it has a deadline with a default.</summary>
    public static bool Waits(string state) => Find(state)?.Waits ?? false;

    /// <summary>The name as it is shown.</summary>
    public static string Shown(string state) => Find(state)?.Shown ?? state;

    /// <summary>What is still to happen, in order.</summary>
    public static IReadOnlyList<string> Remaining(string state) => Find(state)?.Remaining ?? [];

    static State? Find(string state) => Array.Find(All, s => string.Equals(s.Name, state, StringComparison.Ordinal));

    sealed record State(string Name, string Shown, bool Waits, IReadOnlyList<string> Remaining);
}
