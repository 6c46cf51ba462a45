using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Messaging.Clusters;

/// <summary>
/// Looks at the cluster before any lane runs: is it the one whose positions are stored, and has every topic as many partitions as there are lanes?
/// </summary>
public sealed partial class ClusterGuard(NpgsqlDataSource database, ClusterFacts facts, MessagingOptions options, ILogger<ClusterGuard> logger)
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>Checks, and adopts a new cluster when the policy says so.</summary>
    /// <exception cref="ClusterRefusedException">Another cluster is behind the database and the policy is to halt, or a topic does not fit.</exception>
    public async Task CheckAsync(IEnumerable<GroupTopics> groups, CancellationToken cancellationToken)
    {
        // A stop does not wait for a broker that is away.
        var clusterId = await Task.Run(() => facts.ClusterId(Timeout), cancellationToken).WaitAsync(cancellationToken);
        CheckTopics(groups, await Task.Run(() => facts.TopicPartitions(Timeout), cancellationToken).WaitAsync(cancellationToken));

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "lock table messaging.cluster_event in exclusive mode", cancellationToken);
        await using var last = new NpgsqlCommand(
            "select cluster_id from messaging.cluster_event where kind <> 'position_lost' order by event_id desc limit 1", connection);
        var known = await last.ExecuteScalarAsync(cancellationToken) as string;
        if (string.Equals(known, clusterId, StringComparison.Ordinal))
            return;
        if (known is not null && options.OnLostPosition == LostPositionPolicy.Halt)
        {
            throw new ClusterRefusedException(
                $"The Kafka cluster is {clusterId}, but the stored positions are of cluster {known}. Messages that only the old cluster held would be lost silently. " +
                "Point the service at the old cluster, or set Messaging:OnLostPosition to Earliest to adopt the new one and read it from its beginning.");
        }
        if (known is not null)
        {
            await ExecuteAsync(connection, "update messaging.lane set positions = '{}'; update messaging.stream_snapshot set positions = '{}', output_position = 0; delete from messaging.stream_parked", cancellationToken);
            Adopted(logger, clusterId, known);
        }
        await using var record = new NpgsqlCommand("insert into messaging.cluster_event (cluster_id, kind, detail) values ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = clusterId }, new() { Value = known is null ? "first" : "adopted" }, new() { Value = known is null ? "" : $"after {known}" } },
        };
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    void CheckTopics(IEnumerable<GroupTopics> groups, IReadOnlyDictionary<string, int> partitions)
    {
        foreach (var (group, topic) in groups.SelectMany(g => g.Topics.Select(t => (g.Group, t))))
        {
            if (!partitions.TryGetValue(topic, out var count))
                throw new ClusterRefusedException($"Topic {topic} of group {group} does not exist on the cluster.");
            if (count != options.Partitions)
            {
                throw new ClusterRefusedException(
                    $"Topic {topic} of group {group} has {count} partitions, but there are {options.Partitions} lanes (Messaging:Partitions). " +
                    "All topics of a group are co-partitioned: same number, same key rule.");
            }
        }
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka cluster {ClusterId} is adopted after {Former}: its topics are read from their beginning, what is in the outbox is published again")]
    static partial void Adopted(ILogger logger, string clusterId, string former);
}

/// <summary>What a group reads and writes, all of it with as many partitions as there are lanes.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Topics">The topics by their actual names.</param>
public sealed record GroupTopics(string Group, IReadOnlyList<string> Topics);

/// <summary>The cluster does not fit what is stored or configured; the message says how to mend it.</summary>
public sealed class ClusterRefusedException(string message) : Exception(message);
