namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// What a group does with its messages. One instance serves one lane while this process owns it, one call at a time, so it may keep
/// what it has read: nobody else writes the state of the lane's keys, and a former owner cannot commit.
/// <para>
/// A unit of work runs: <see cref="PrepareAsync"/> with all its messages, <see cref="HandleAsync"/> for each in order, <see cref="Complete"/>,
/// the commit, then <see cref="Committed"/>. When anything fails, <see cref="RolledBack"/> instead of the rest: all state that the unit touched must be
/// forgotten and read anew. The messages are then handled again one by one, each in a unit of its own, so that only the failing one is parked.
/// </para>
/// </summary>
public abstract class LaneProcessor : IAsyncDisposable
{
    /// <summary>The lane was acquired and what a former owner left to publish is published: read what is kept in memory.</summary>
    public virtual ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Reads, set-based, all that the messages will touch and that is not in memory yet. What is almost certainly not there need not be asked for, if a
    /// constraint or a check in the commit refuses the unit when it is there all the same: see <see cref="Guessed"/>.
    /// </summary>
    public virtual ValueTask PrepareAsync(IReadOnlyList<LaneMessage> messages, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Takes one message: decides in memory and says to <paramref name="work"/> what to publish and to schedule. An exception isolates the message:
    /// <see cref="Wire.BadMessageException"/> parks it at once, any other after a bounded number of retries.
    /// </summary>
    public abstract ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken);

    /// <summary>All messages are handled: hands the set-based writes of all changed state to <paramref name="work"/>.</summary>
    public virtual void Complete(UnitOfWork work)
    {
    }

    /// <summary>The unit is committed: what is in memory is what is stored.</summary>
    public virtual void Committed()
    {
    }

    /// <summary>The unit is not committed: forget every state that it touched.</summary>
    public virtual void RolledBack()
    {
    }

    /// <summary>
    /// The name of the invariant that a unit's failure shows to be violated; null when a message or the system is at fault. With a name the lane stops: it takes
    /// nothing more, and parks nothing.
    /// </summary>
    public virtual string? InvariantOf(Exception failure) => (failure as LostRaceException)?.Invariant;

    /// <summary>
    /// Whether the unit that was rolled back rested on a guess. It is then run again whole, and must not guess. A guess that is right saves a round trip,
    /// one that is wrong costs a unit.
    /// </summary>
    public virtual bool Guessed => false;

    /// <summary>
    /// Whether it tells by itself what took effect before, from what it stores with the effects. Then no ids are kept in the inbox, which costs a row a
    /// message; duplicates that came lately are dropped before it all the same.
    /// </summary>
    public virtual bool KnowsDuplicates => false;

    /// <summary>The lane is lost or the process stops.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
