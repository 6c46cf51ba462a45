using System.Runtime.InteropServices;
using System.Text;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Replay;

/// <summary>Counts what would be taken, and takes nothing.</summary>
internal sealed class ReplayCount : ReplaySink
{
    /// <summary>The most keys that are told apart.</summary>
    public const int MostKeys = 1_000_000;

    const int MostTypes = 100;
    const string NoType = "(none)";
    const string OtherTypes = "(other)";

    readonly HashSet<ulong> _keys = [];
    readonly Dictionary<string, (long Messages, long Bytes)> _types = new(StringComparer.Ordinal);
    readonly Dictionary<int, Seen> _partitions = [];
    bool _keysAreExact = true;

    /// <inheritdoc />
    public override ValueTask TakeAsync(PartitionCourse course, ScannedMessage message, CancellationToken cancellationToken)
    {
        var (read, size) = (message.Result.Message, message.Size);
        var key = NameHash.Of(Encoding.Latin1.GetString(read.Key ?? []));
        if (!_keys.Contains(key))
        {
            if (_keys.Count < MostKeys)
                _keys.Add(key);
            else
                _keysAreExact = false;
        }
        var type = KafkaWire.Text(read.Headers, CloudEventHeaders.Type) ?? NoType;
        if (!_types.ContainsKey(type) && _types.Count >= MostTypes)
            type = OtherTypes;
        var (messages, bytes) = _types.GetValueOrDefault(type);
        _types[type] = (messages + 1, bytes + size);
        ref var seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_partitions, course.Partition, out var known);
        var at = read.Timestamp.UnixTimestampMs;
        seen = known ? new Seen(seen.First, message.Offset, Math.Min(seen.FirstAt, at), Math.Max(seen.LastAt, at)) : new Seen(message.Offset, message.Offset, at, at);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override ReplayPlan Plan(IReadOnlyList<PartitionCourse> courses) => new(
        courses.Sum(c => c.Taken), courses.Sum(c => c.Bytes), _keys.Count, _keysAreExact,
        [.. _types.OrderByDescending(t => t.Value.Messages).ThenBy(t => t.Key, StringComparer.Ordinal).Select(t => new PlannedType(t.Key, t.Value.Messages, t.Value.Bytes))],
        [.. courses.OrderBy(c => c.Partition).Select(Planned)]);

    PlannedPartition Planned(PartitionCourse course) => _partitions.TryGetValue(course.Partition, out var seen)
        ? new PlannedPartition(
            course.Partition, course.Taken, course.Bytes, seen.First, seen.Last, DateTimeOffset.FromUnixTimeMilliseconds(seen.FirstAt), DateTimeOffset.FromUnixTimeMilliseconds(seen.LastAt),
            course.Deleted)
        : new PlannedPartition(course.Partition, 0, 0, null, null, null, null, course.Deleted);

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Seen(long First, long Last, long FirstAt, long LastAt);
}
