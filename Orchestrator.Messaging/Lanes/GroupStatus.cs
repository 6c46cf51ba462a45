namespace Orchestrator.Messaging.Lanes;

/// <summary>How a group does in this process.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Lanes">How many lanes it has in all processes together.</param>
/// <param name="LanesOwned">How many run here.</param>
/// <param name="LanesElsewhere">How many other living processes run, as of the last heartbeat.</param>
/// <param name="LanesHalted">How many of those here wait for an operator.</param>
/// <param name="Lag">Messages written and not yet taken, over the lanes that run here.</param>
/// <param name="Buffered">Messages read and not yet taken.</param>
/// <param name="Unacknowledged">Messages published and not yet acknowledged.</param>
/// <param name="LastError">The last failure that paused or halted a lane, by its type and message; null when all flows.</param>
/// <param name="IsBackground">Whether the process is ready while the group is not.</param>
public sealed record GroupStatus(
    string Group, int Lanes, int LanesOwned, int LanesElsewhere, int LanesHalted, long Lag, int Buffered, int Unacknowledged, string? LastError,
    bool IsBackground)
{
    /// <summary>How old the oldest message at most is that the lanes here have not taken, in seconds.</summary>
    public double LagSeconds { get; init; }

    /// <summary>How long they need to take what is there, at the pace of the last seconds, in seconds.</summary>
    public double DrainSeconds { get; init; }
}
