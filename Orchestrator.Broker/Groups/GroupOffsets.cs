using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Groups;

/// <summary>
/// The positions of all groups. Each commit is in the journal, handed to the operating system but not forced to the disk, before it is answered: it
/// survives the process, and a loss of power may cost the last ones, after which records are read again. Safe for many threads.
/// </summary>
internal sealed class GroupOffsets : IDisposable
{
    /// <summary>The journal's name in its directory.</summary>
    public const string FileName = "group-offsets.log";

    /// <summary>How large a journal of mostly dead records may be.</summary>
    public const long CompactAboveBytes = 4 << 20;

    const int MaxPositionsPerGroup = 100_000;

    readonly Lock _lock = new();
    readonly Dictionary<string, Dictionary<(string Topic, int Partition), GroupPosition>> _groups = new(StringComparer.Ordinal);
    readonly Journal? _journal;

    // What a journal of the present positions alone would take.
    long _liveBytes;

    /// <summary>Opens what a directory holds.</summary>
    /// <param name="directory">Where the journal is; null to keep positions in memory alone.</param>
    /// <param name="compactAboveBytes">How large the journal may get before it is worth a look whether most of it is dead.</param>
    public GroupOffsets(string? directory, long compactAboveBytes = CompactAboveBytes)
    {
        if (directory is null)
            return;
        Directory.CreateDirectory(directory);
        _journal = new Journal(Path.Combine(directory, FileName), compactAboveBytes);
        try
        {
            _journal.Replay(record => OffsetRecord.Read(record, Apply, ForgetGroupInMemory, ForgetInMemory));
        }
        catch
        {
            _journal.Dispose();
            throw;
        }
    }

    /// <summary>How many bytes at the end of the journal were no whole record when it was opened; they are gone.</summary>
    public long TornBytes => _journal?.TornBytes ?? 0;

    public long JournalBytes
    {
        get
        {
            lock (_lock)
                return _journal?.Length ?? 0;
        }
    }

    /// <summary>All groups that have positions.</summary>
    public IReadOnlyList<string> Groups()
    {
        lock (_lock)
            return [.. _groups.Keys];
    }

    public bool Has(string group)
    {
        lock (_lock)
            return _groups.ContainsKey(group);
    }

    public GroupPosition? Find(string group, string topic, int partition)
    {
        lock (_lock)
            return _groups.TryGetValue(group, out var positions) && positions.TryGetValue((topic, partition), out var position) ? position : null;
    }

    /// <summary>All positions of a group, by topic and partition.</summary>
    public IReadOnlyList<GroupPosition> All(string group)
    {
        lock (_lock)
        {
            return _groups.TryGetValue(group, out var positions)
                ? [.. positions.Values.OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition)]
                : [];
        }
    }

    /// <summary>Stores positions, all or none.</summary>
    /// <returns>None; GroupMaxSizeReached when there are too many; CoordinatorNotAvailable when the journal cannot be written.</returns>
    public KafkaError Commit(string group, IReadOnlyCollection<GroupPosition> positions)
    {
        if (positions.Count == 0)
            return KafkaError.None;
        lock (_lock)
        {
            if (CheckRoom(group, positions) is not KafkaError.None and var full)
                return full;
            return TryStore(group, positions) ? KafkaError.None : KafkaError.CoordinatorNotAvailable;
        }
    }

    /// <summary>Whether positions could be stored.</summary>
    /// <returns>None, or GroupMaxSizeReached when there would be too many.</returns>
    public KafkaError CheckRoom(string group, IReadOnlyCollection<GroupPosition> positions)
    {
        lock (_lock)
        {
            var held = _groups.GetValueOrDefault(group);
            if (held is null && _groups.Count >= GroupOptions.MostGroups)
                return KafkaError.GroupMaxSizeReached;
            return (held?.Count ?? 0) + positions.Count > MaxPositionsPerGroup && !positions.All(p => held?.ContainsKey((p.Topic, p.Partition)) is true)
                ? KafkaError.GroupMaxSizeReached
                : KafkaError.None;
        }
    }

    /// <summary>Stores positions, all or none, whether there is room or not: of a transaction, when it was looked at before.</summary>
    /// <returns>False when the journal cannot be written.</returns>
    public bool TryStore(string group, IReadOnlyCollection<GroupPosition> positions)
    {
        if (positions.Count == 0)
            return true;
        lock (_lock)
        {
            if (!TryAppend(writer => OffsetRecord.WriteCommit(writer, group, positions)))
                return false;
            Apply(group, positions);
            CompactIfDead();
            return true;
        }
    }

    /// <summary>The topic is deleted: its positions would be those of a successor of the same name.</summary>
    /// <exception cref="IOException">The journal cannot be written.</exception>
    public void Forget(string topic)
    {
        lock (_lock)
        {
            if (!_groups.Values.Any(positions => positions.Keys.Any(p => p.Topic == topic)))
                return;
            _journal?.Append(writer => OffsetRecord.WriteForgetTopic(writer, topic));
            ForgetInMemory(topic);
            CompactIfDead();
        }
    }

    /// <summary>Forgets all positions of a group, and says whether there were any.</summary>
    /// <exception cref="IOException">The journal cannot be written.</exception>
    public bool ForgetGroup(string group)
    {
        lock (_lock)
        {
            if (!_groups.ContainsKey(group))
                return false;
            _journal?.Append(writer => OffsetRecord.WriteForgetGroup(writer, group));
            ForgetGroupInMemory(group);
            CompactIfDead();
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _journal?.Dispose();
    }

    bool TryAppend(Action<KafkaWriter> record)
    {
        try
        {
            _journal?.Append(record);
            return true;
        }
        catch (IOException)
        {
            // The disk is full or gone. The client hears of it and tries again.
            return false;
        }
    }

    void Apply(string group, IReadOnlyCollection<GroupPosition> positions)
    {
        if (!_groups.TryGetValue(group, out var held))
            _groups.Add(group, held = []);
        foreach (var position in positions)
        {
            if (held.TryGetValue((position.Topic, position.Partition), out var old))
                _liveBytes -= OffsetRecord.Size(group, old);
            held[(position.Topic, position.Partition)] = position;
            _liveBytes += OffsetRecord.Size(group, position);
        }
    }

    void ForgetGroupInMemory(string group)
    {
        if (_groups.Remove(group, out var positions))
            _liveBytes -= positions.Values.Sum(p => OffsetRecord.Size(group, p));
    }

    void ForgetInMemory(string topic)
    {
        foreach (var (group, positions) in _groups)
        {
            foreach (var position in positions.Values.Where(p => p.Topic == topic).ToList())
            {
                positions.Remove((topic, position.Partition));
                _liveBytes -= OffsetRecord.Size(group, position);
            }
            if (positions.Count == 0)
                _groups.Remove(group);
        }
    }

    void CompactIfDead() => _journal?.CompactIfDead(_liveBytes, _groups.SelectMany(g => g.Value.Values.Select<GroupPosition, Action<KafkaWriter>>(
        position => writer => OffsetRecord.WriteCommit(writer, g.Key, [position]))));
}
