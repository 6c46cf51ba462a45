namespace Orchestrator.Messaging.Replay;

/// <summary>A replay that a process works on, and for how long it certainly is its.</summary>
/// <param name="job">The replay.</param>
/// <param name="owner">The process.</param>
/// <param name="epoch">The claim: what is said under an older one does not count any more.</param>
/// <param name="lease">How long the lease lasts from when it was last asked for.</param>
/// <param name="askedAt">When that was.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplayClaim(ReplayJob job, Guid owner, long epoch, TimeSpan lease, long askedAt, TimeProvider time)
{
    // Of the lease. What is handed to Kafka's client at the last moment has given up before the lease is over.
    const double FreshPart = 0.6;

    /// <summary>What a message may take to reach the broker, as a part of the lease.</summary>
    public const double DeliveryPart = 0.25;

    long _askedAt = askedAt;
    bool _isLost;

    /// <summary>The replay.</summary>
    public ReplayJob Job => job;

    /// <summary>The process.</summary>
    public Guid Owner => owner;

    /// <summary>The claim.</summary>
    public long Epoch => epoch;

    /// <summary>Whether the lease was renewed recently enough that nobody else can have the replay while what is done now is under way.</summary>
    public bool IsFresh => !Volatile.Read(ref _isLost) && time.GetElapsedTime(Volatile.Read(ref _askedAt)) < lease * FreshPart;

    /// <summary>It is another's by now, or has ended.</summary>
    public void Lost() => Volatile.Write(ref _isLost, true);

    /// <summary>The lease was renewed by a request that was sent then.</summary>
    public void Renewed(long sentAt) => Volatile.Write(ref _askedAt, sentAt);
}
