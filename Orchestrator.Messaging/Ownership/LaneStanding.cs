namespace Orchestrator.Messaging.Ownership;

/// <summary>How certain it is that a lane is this process's.</summary>
internal enum LaneStanding
{
    /// <summary>It is: the heartbeat is fresh and has seen no later epoch.</summary>
    Held,

    /// <summary>The database does not answer, so nobody can have taken the lane who needs it as well; one that is cut off alone may be mistaken.</summary>
    StoreAway,

    /// <summary>Nobody can say.</summary>
    NotShown,

    /// <summary>Another member has claimed it.</summary>
    Lost,
}
