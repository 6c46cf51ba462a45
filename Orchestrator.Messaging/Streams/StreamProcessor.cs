using System.Buffers;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// What a group of stream lanes does with its messages. One instance serves one lane from its opening on, one call at a time, so its state needs no locks. All
/// state is in memory and nothing may wait: no database, no network, no other thread.
/// <para>
/// After a start the state is restored from the last snapshot, and the messages since then come again in the order of each topic: to <see cref="Replay"/> those
/// whose answer is published, to <see cref="Process"/> the others. Both must bring the state to the same place when the answer is the same.
/// </para>
/// </summary>
public abstract class StreamProcessor : IAsyncDisposable
{
    /// <summary>
    /// Takes a message: changes the state and answers, once at most. When it throws, the message is parked, nothing is answered, and later messages go
    /// on, also those of its key; so it decides first and changes its state afterwards.
    /// </summary>
    public abstract void Process(in StreamMessage message, StreamOutput output);

    /// <summary>
    /// Takes a message that was answered before this lane was opened: changes the state as the answer says that it was changed, and answers nothing. State
    /// that depends on the decision follows the published one, whatever would be decided today.
    /// </summary>
    public abstract void Replay(in StreamMessage message, in StreamAnswer answer);

    /// <summary>
    /// Takes the answer to an asked message that was answered before this lane was opened: changes the state as <see cref="Process"/> did. There is no message
    /// behind it but the answer. It comes between the same messages of each topic as the asked one did.
    /// </summary>
    public virtual void ReplayAsked(in StreamAnswer answer) => throw new NotSupportedException("this group answers nobody who asks");

    /// <summary>
    /// Between reads, some hundred times a second whether anything came or not, on the lane's thread: to hand over what somebody else stores or shows. It waits for nothing, and
    /// changes nothing that a later answer depends on. Not called while answered messages come again after an opening.
    /// </summary>
    /// <param name="now">The instant, UTC.</param>
    public virtual void Turn(DateTimeOffset now)
    {
    }

    /// <summary>
    /// A snapshot of the state as it is now begins; one that was begun before and is not finished is given up. It takes no longer than a message may
    /// wait: what is to be written is written by <see cref="Snapshot"/>, while messages go on. <see cref="SnapshotTable{TKey, TValue}"/> does this.
    /// </summary>
    public virtual void BeginSnapshot()
    {
    }

    /// <summary>
    /// Writes the next slice of the snapshot that was begun, some ten kilobytes, as the state was when it began. Messages are processed between slices.
    /// </summary>
    /// <returns>Whether there is more.</returns>
    public abstract bool Snapshot(IBufferWriter<byte> writer);

    /// <summary>The snapshot that was begun comes to nothing: what is kept for it may go.</summary>
    public virtual void GiveUpSnapshot()
    {
    }

    /// <summary>Reads what the slices of a snapshot hold together, before the first message.</summary>
    /// <exception cref="InvalidDataException">It is damaged. The lane halts, for an operator to decide.</exception>
    /// <exception cref="SnapshotOfOtherVersionException">Another version wrote it, and this one cannot read it. The lane is left to a process that can.</exception>
    public abstract void Restore(Stream snapshot);

    /// <summary>The lane is lost, opened anew, or the process stops.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
