namespace Orchestrator.Messaging.Workers;

/// <summary>What became of renewing the lease of a job.</summary>
public enum LeaseRenewal
{
    /// <summary>It was renewed.</summary>
    Held,

    /// <summary>It was renewed, and somebody wants the work to pause.</summary>
    PauseRequested,

    /// <summary>It was renewed, and somebody wants the work to end.</summary>
    CancelRequested,

    /// <summary>The job is another's, or has ended.</summary>
    Lost,
}
