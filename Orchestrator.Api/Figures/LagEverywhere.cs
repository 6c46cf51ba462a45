using Confluent.Kafka;
using Npgsql;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Api.Figures;

/// <summary>
/// The lag of every group. Lanes of this process know theirs; for lanes that run in other processes, stored positions are compared with the ends
/// of the partitions, which costs requests and is done only then, and not at every look.
/// </summary>
public sealed class LagEverywhere(LaneHost lanes, NpgsqlDataSource database, ClusterFacts facts, TimeProvider time)
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    Dictionary<string, long> _elsewhere = new(StringComparer.Ordinal);
    long? _at;

    /// <summary>Messages written and not yet taken, by group.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ReadAsync(CancellationToken cancellationToken)
    {
        var here = lanes.Status();
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
        var positions = new List<(string Group, TopicPartition Partition, long Next)>();
        await using (var command = database.CreateCommand(
            """
            select g.name, l.partition, p.key, p.value::bigint from messaging.lane l join messaging.lane_group g using (group_id),
                lateral jsonb_each_text(l.positions) p where g.name <> all($1)
            """))
        {
            command.Parameters.AddWithValue(except.ToArray());
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                positions.Add((rows.GetString(0), new TopicPartition(rows.GetString(2), rows.GetInt32(1)), rows.GetInt64(3)));
        }
        if (positions.Count == 0)
            return new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            var ends = await Task.Run(() => facts.ReadWatermarks(positions.Select(p => p.Partition).Distinct(), Bound), cancellationToken);
            return positions.GroupBy(p => p.Group, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Sum(p => Math.Max(0, ends[p.Partition].High - p.Next)), StringComparer.Ordinal);
        }
        catch (KafkaException)
        {
            // No broker answers: what was known last is the best there is, and /health/ready says so.
            return _elsewhere;
        }
    }
}
