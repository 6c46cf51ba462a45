namespace Orchestrator.Messaging.Replay;

/// <summary>What became of a request for a replay.</summary>
public abstract record ReplayRequested
{
    ReplayRequested()
    {
    }

    /// <summary>It waits for a process.</summary>
    public sealed record Accepted(ReplayJob Job) : ReplayRequested;

    /// <summary>It was asked for before.</summary>
    public sealed record Repeated(ReplayJob Job) : ReplayRequested;

    /// <summary>Its id stands for another request.</summary>
    public sealed record Exists : ReplayRequested;

    /// <summary>The key stands for another request.</summary>
    public sealed record KeyReused : ReplayRequested;

    /// <summary>Another replay makes something of the target at present.</summary>
    public sealed record TargetBusy(Guid Other) : ReplayRequested;

    /// <summary>Too many wait already.</summary>
    public sealed record Full : ReplayRequested;
}

/// <summary>What became of pausing, resuming, cancelling or dropping a replay.</summary>
public abstract record ReplayChanged
{
    ReplayChanged()
    {
    }

    /// <summary>It is so, or will be as soon as the process that works on it hears of it.</summary>
    public sealed record Done(ReplayJob Job) : ReplayChanged;

    /// <summary>From where it stands that is not done.</summary>
    public sealed record Refused(ReplayState State) : ReplayChanged;

    /// <summary>There is none.</summary>
    public sealed record NotFound : ReplayChanged;
}

/// <summary>What somebody can want of a replay.</summary>
public enum ReplayChange
{
    /// <summary>Stop for now.</summary>
    Pause,

    /// <summary>Go on where it stopped.</summary>
    Resume,

    /// <summary>End.</summary>
    Cancel,

    /// <summary>Drop what it has made, now that it has ended.</summary>
    Drop,
}
