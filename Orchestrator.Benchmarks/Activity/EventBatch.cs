using System.Buffers.Binary;
using System.Buffers.Text;
using Orchestrator.Broker.Records;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>
/// Record batches of Kafka's format 2 (https://kafka.apache.org/documentation/#recordbatch), made before the clock starts: so the generator, which shares two processors with what it
/// measures, only sends bytes.
/// </summary>
sealed class EventBatch
{
    /// <summary>About as many bytes as a busy producer's batch has.</summary>
    public const int TargetBytes = 192 << 10;

    const int HeaderBytes = 61;
    const int IdLength = 36;
    const int RecordOverhead = 32;

    static readonly byte[] IdName = "ce_id"u8.ToArray();
    static readonly byte[] TypeName = "ce_type"u8.ToArray();

    EventBatch(byte[] bytes, int count) => (Bytes, Count) = (bytes, count);

    public byte[] Bytes { get; }

    public int Count { get; }

    /// <summary>Makes the batches of one lane of some events of the plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="from">The first event's place.</param>
    /// <param name="to">The place behind the last.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="text">Writes an event.</param>
    /// <param name="type">The message's name.</param>
    /// <param name="atMs">The publisher's time, in milliseconds since 1970.</param>
    public static List<EventBatch> Of(PlannedEvents plan, int from, int to, int lane, EventText text, byte[] type, long atMs)
    {
        var batches = new List<EventBatch>();
        var buffer = new byte[TargetBytes + text.Longest + 1_024];
        var value = new byte[text.Longest];
        Span<byte> id = stackalloc byte[IdLength];
        Span<byte> key = stackalloc byte[IdLength];
        var (at, count) = (HeaderBytes, 0);
        for (var i = from; i < to; i++)
        {
            ref readonly var planned = ref plan.InOrder[i];
            if (plan.LaneOf(planned.Visitor) != lane)
                continue;
            Utf8Formatter.TryFormat(RandomId.Of((ulong)planned.Number), id, out _);
            Utf8Formatter.TryFormat(PlannedEvents.NameOf(plan.VisitorNumbers[planned.Visitor]), key, out _);
            at = Record(buffer, at, count++, key, value.AsSpan(0, text.Write(planned, value)), id, type);
            if (at < TargetBytes)
                continue;
            batches.Add(Finish(buffer, at, count, atMs));
            (at, count) = (HeaderBytes, 0);
        }
        if (count > 0)
            batches.Add(Finish(buffer, at, count, atMs));
        return batches;
    }

    static int Record(byte[] to, int at, int number, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> id, byte[] type)
    {
        // Its length comes first, so it is written behind, and moved to where it belongs when that is known.
        var start = at + RecordOverhead;
        var end = start;
        to[end++] = 0; // attributes
        end = Number(to, end, 0); // as late as the batch
        end = Number(to, end, number);
        end = Text(to, end, key);
        end = Text(to, end, value);
        end = Number(to, end, 2);
        end = Text(to, end, IdName);
        end = Text(to, end, id);
        end = Text(to, end, TypeName);
        end = Text(to, end, type);
        var body = Number(to, at, end - start);
        to.AsSpan(start, end - start).CopyTo(to.AsSpan(body));
        return body + (end - start);
    }

    static int Text(byte[] to, int at, ReadOnlySpan<byte> text)
    {
        at = Number(to, at, text.Length);
        text.CopyTo(to.AsSpan(at));
        return at + text.Length;
    }

    // Zigzag, seven bits a byte.
    static int Number(byte[] to, int at, int number)
    {
        for (var left = (uint)((number << 1) ^ (number >> 31)); ; left >>= 7)
        {
            if (left < 0x80)
            {
                to[at++] = (byte)left;
                return at;
            }
            to[at++] = (byte)(left | 0x80);
        }
    }

    static EventBatch Finish(byte[] buffer, int length, int count, long atMs)
    {
        var batch = buffer.AsSpan(0, length).ToArray();
        var header = batch.AsSpan();
        BinaryPrimitives.WriteInt32BigEndian(header[8..], length - 12);
        BinaryPrimitives.WriteInt32BigEndian(header[12..], -1); // the leader's epoch
        header[16] = 2; // the format
        BinaryPrimitives.WriteInt32BigEndian(header[23..], count - 1);
        BinaryPrimitives.WriteInt64BigEndian(header[27..], atMs);
        BinaryPrimitives.WriteInt64BigEndian(header[35..], atMs);
        header[43..57].Fill(0xff); // no producer's id, epoch and number
        BinaryPrimitives.WriteInt32BigEndian(header[57..], count);
        BinaryPrimitives.WriteUInt32BigEndian(header[17..], Crc32C.Of(header[21..]));
        return new EventBatch(batch, count);
    }
}
