using System.Buffers;
using System.Runtime.InteropServices;
using Orchestrator.Messaging.Inbox;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;

namespace Orchestrator.Messaging.Streams;

/// <summary>Where a lane begins: the state of its last snapshot, and what tells which of the messages since then are answered.</summary>
/// <param name="Processor">With the state.</param>
/// <param name="Ids">The ids that were taken.</param>
/// <param name="Asked">What was asked.</param>
/// <param name="Positions">The next offset to read, by topic; a topic that is not there is read from its beginning.</param>
/// <param name="Answered">The answers since the snapshot.</param>
/// <param name="Parked">The messages that were parked since the snapshot.</param>
internal sealed record StreamOpening(
    StreamProcessor Processor, RecentIds Ids, AskedAnswers Asked, IReadOnlyDictionary<string, long> Positions, AnsweredInputs Answered,
    HashSet<(string Topic, long Offset)> Parked)
{
    /// <summary>Reads all of it. The very first owner of a lane stores an empty snapshot before it answers anything, so that nobody ever has to look for answers before it.</summary>
    /// <exception cref="LaneFencedException">The lane has another owner.</exception>
    /// <exception cref="UnreadableSnapshotException">The snapshot is damaged.</exception>
    /// <exception cref="SnapshotOfOtherVersionException">The snapshot is of a version that this process cannot read.</exception>
    /// <exception cref="LostOutputException">Answers that are needed are not on the output topic any more.</exception>
    public static async Task<StreamOpening> ReadAsync(
        LaneGrant grant, StreamGroup group, LaneServices services, StreamSnapshotStore store, CancellationToken cancellationToken)
    {
        await store.CheckOwnedAsync(cancellationToken);
        var snapshot = await ReadSnapshotAsync(grant, store, cancellationToken);
        var parked = await store.ReadParkedAsync(cancellationToken);
        var answered = await AnsweredInputs.ReadAsync(services.Kafka, services.Reader, group, grant.Lane.Partition, snapshot?.Head.OutputPosition, cancellationToken);
        var ids = new RecentIds(group.RememberedIds);
        var asked = new AskedAnswers(group.Name, group.RememberedAnswers);
        var processor = group.CreateProcessor(grant.Lane);
        try
        {
            if (snapshot is var (head, content))
            {
                Restore(content, ids, asked.Ids, processor);
                return new StreamOpening(processor, ids, asked, head.Positions, answered, parked);
            }
            var first = new StreamOpening(processor, ids, asked, grant.Positions, answered, parked);
            await first.StoreAsync(store, services.Time.GetUtcNow(), cancellationToken);
            return first;
        }
        catch (InvalidDataException e)
        {
            await processor.DisposeAsync();
            throw new UnreadableSnapshotException(grant.Lane, e);
        }
        catch
        {
            await processor.DisposeAsync();
            throw;
        }
    }

    static async Task<(SnapshotHead Head, Stream Content)?> ReadSnapshotAsync(LaneGrant grant, StreamSnapshotStore store, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync(cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new UnreadableSnapshotException(grant.Lane, e);
        }
    }

    async Task StoreAsync(StreamSnapshotStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var number = store.Next();
        var content = new ArrayBufferWriter<byte>();
        WriteIds(content, Ids);
        WriteIds(content, Asked.Ids);
        Processor.BeginSnapshot();
        while (Processor.Snapshot(content))
        {
            // What a processor has before its first message is little.
        }
        await store.AddChunkAsync(number, 0, content.WrittenMemory, cancellationToken);
        await store.CommitAsync(number, new SnapshotHead(Positions, Answered.End, now), chunks: 1, content.WrittenCount, cancellationToken);
    }

    /// <summary>The ids that were taken, and those of what was asked, stand before the state.</summary>
    public static void WriteIds(IBufferWriter<byte> writer, RecentIds ids)
    {
        var count = ids.Count;
        var span = writer.GetSpan(sizeof(int) + (count * 16));
        MemoryMarshal.Write(span, count);
        span = span[sizeof(int)..];
        foreach (var id in ids.Oldest)
        {
            id.TryWriteBytes(span);
            span = span[16..];
        }
        writer.Advance(sizeof(int) + (count * 16));
    }

    static void Restore(Stream content, RecentIds ids, RecentIds asked, StreamProcessor processor)
    {
        try
        {
            ReadIds(content, ids);
            ReadIds(content, asked);
            processor.Restore(content);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("The snapshot ends too early", e);
        }
    }

    static void ReadIds(Stream content, RecentIds ids)
    {
        Span<byte> bytes = stackalloc byte[16];
        content.ReadExactly(bytes[..sizeof(int)]);
        for (var left = MemoryMarshal.Read<int>(bytes); left > 0; left--)
        {
            content.ReadExactly(bytes);
            ids.Add(new Guid(bytes));
        }
    }
}

/// <summary>The lane's snapshot cannot be read; somebody must look.</summary>
internal sealed class UnreadableSnapshotException(LaneId lane, Exception inner)
    : Exception($"The snapshot of {lane} cannot be read: {inner.Message}. Restore it from a backup, or delete the lane's rows of messaging.stream_snapshot to begin with an empty state where messaging.lane says", inner);
