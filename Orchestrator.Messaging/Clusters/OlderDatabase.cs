using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Clusters;

/// <summary>
/// Notices a database that has forgotten what its groups did: restored to an earlier time, or a standby that took over without the last transactions. Positions are committed to Kafka after
/// the transaction that they belong to, so what Kafka knows is never ahead of a database that has forgotten nothing.
/// </summary>
internal sealed partial class OlderDatabase(NpgsqlDataSource database, ClusterFacts facts, MessagingOptions options, ILogger logger)
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Compares what Kafka knows with what is stored.</summary>
    /// <param name="groups">The groups of this process; those in the background do not wait for the disk, and may have forgotten their last work after a crash.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterRefusedException">The database is older, nobody has said so, and the policy is to halt.</exception>
    public async Task CheckAsync(IEnumerable<LaneGroup> groups, CancellationToken cancellationToken)
    {
        if (options.RestoredTo is not null)
            return;
        foreach (var older in await Task.WhenAll(groups.Where(g => !g.IsBackground).Select(g => BehindAsync(g, cancellationToken))))
        {
            if (older is null)
                continue;
            if (options.OnLostPosition == LostPositionPolicy.Halt)
            {
                throw new ClusterRefusedException(
                    $"The database is older than Kafka: {older}. It was restored to an earlier time, or a standby took over without the last transactions. Say to which instant " +
                    "(Messaging:RestoredTo and Messaging:RestoredAt, docs/operations.md), or set Messaging:OnLostPosition to Earliest to go on without: lanes then also take what they had published themselves.");
            }
            GoesOn(logger, older);
        }
    }

    // Kafka first: what is stored only grows meanwhile.
    async Task<string?> BehindAsync(LaneGroup group, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<TopicPartition, long> committed;
        try
        {
            var partitions = group.Topics.SelectMany(topic => Enumerable.Range(0, options.Partitions).Select(p => new TopicPartition(topic, p))).ToList();
            committed = await Task.Run(() => facts.ReadCommitted(group.Name, partitions, Timeout), cancellationToken).WaitAsync(cancellationToken);
        }
        catch (KafkaException e)
        {
            NotKnown(logger, group.Name, e.Error.Reason);
            return null;
        }
        await using var command = database.CreateCommand(
            "select l.partition, l.positions from messaging.lane l join messaging.lane_group g on g.group_id = l.group_id where g.name = $1");
        command.Parameters.Add(new() { Value = group.Name });
        await using var lanes = await command.ExecuteReaderAsync(cancellationToken);
        while (await lanes.ReadAsync(cancellationToken))
        {
            foreach (var (topic, stored) in JsonSerializer.Deserialize<Dictionary<string, long>>(lanes.GetString(1))!)
            {
                if (committed.TryGetValue(new TopicPartition(topic, lanes.GetInt32(0)), out var reached) && reached > stored)
                    return $"{group.Name} had come to {reached} in {topic}[{lanes.GetInt32(0)}], and its position is {stored}";
            }
        }
        return null;
    }

    [LoggerMessage(LogLevel.Error, "The database is older than Kafka: {Older}. Lanes go on as Messaging:OnLostPosition says, and also take what they had published themselves")]
    static partial void GoesOn(ILogger logger, string older);

    [LoggerMessage(LogLevel.Information, "Whether the database is older than Kafka is not known: the positions of {Group} on Kafka cannot be read: {Reason}")]
    static partial void NotKnown(ILogger logger, string group, string reason);
}
