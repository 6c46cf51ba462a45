using Confluent.Kafka;
using Npgsql;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Api.Figures;

/// <summary>
/// The lag of every group. Lanes of this process know theirs; for lanes that run in other processes, stored positions are compared with the ends
/// of the partitions, which costs requests and is done only then, and not at every look.
/// </summary>
public sealed class LagEverywhere(LaneHost lanes, StreamHost streams, NpgsqlDataSource database, ClusterFacts facts, TimeProvider time)
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    Dictionary<string, long> _elsewhere = new(StringComparer.Ordinal);
    long? _at;

    /// <summary>Messages written and not yet taken, by group.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ReadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<GroupStatus> here = [.. lanes.Status(), .. streams.Status()];
        var whole = here.Where(g => g.LanesOwned == g.Lanes).Select(g => g.Group).ToHashSet(StringComparer.Ordinal);
        if (_at is null || time.GetElapsedTime(_at.Value) > Fresh)
        {
            _elsewhere = await ReadStoredAsync(whole, cancellationToken);
            _at = time.GetTimestamp();
        }
        var lag = here.ToDictionary(g => g.Group, g => g.Lag, StringComparer.Ordinal);
        foreach (var (group, stored) in _elsewhere.Where(g => !whole.Contains(g.Key)))
            lag[group] = stored;
        return lag;
    }

    async Task<Dictionary<string, long>> ReadStoredAsync(HashSet<string> except, CancellationToken cancellationToken)
    {
        var positions = new List<Position>();
        await using (var command = database.CreateCommand(
            """
            select g.name, l.partition, p.key, p.value::bigint, exists (select from messaging.stream_snapshot s where s.group_id = l.group_id)
            from messaging.lane l join messaging.lane_group g using (group_id), lateral jsonb_each_text(l.positions) p where g.name <> all($1)
            """))
        {
            command.Parameters.AddWithValue(except.ToArray());
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                positions.Add(new(rows.GetString(0), new TopicPartition(rows.GetString(2), rows.GetInt32(1)), rows.GetInt64(3), rows.GetBoolean(4)));
        }
        if (positions.Count == 0)
            return new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            return await Task.Run(() => Lag(positions), cancellationToken);
        }
        catch (KafkaException)
        {
            // No broker answers: what was known last is the best there is, and /health/ready says so.
            return _elsewhere;
        }
    }

    Dictionary<string, long> Lag(List<Position> positions)
    {
        var ends = facts.ReadWatermarks(positions.Select(p => p.Partition).Distinct(), Bound);
        // Stream lanes store where they are with a snapshot only, but commit it to Kafka once a second.
        var committed = positions.Where(p => p.IsStream).GroupBy(p => p.Group, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => facts.ReadCommitted(g.Key, g.Select(p => p.Partition), Bound), StringComparer.Ordinal);
        return positions.GroupBy(p => p.Group, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(p => Math.Max(0, ends[p.Partition].High - Next(p))), StringComparer.Ordinal);

        long Next(Position position) =>
            Math.Max(position.Next, committed.GetValueOrDefault(position.Group)?.GetValueOrDefault(position.Partition) ?? 0);
    }

    sealed record Position(string Group, TopicPartition Partition, long Next, bool IsStream);
}
