using Npgsql;

namespace Orchestrator.Messaging.Ownership;

/// <summary>Keeps a record of every position that was lost, and forgets it when the lane goes on without it.</summary>
internal static class LostPositions
{
    public static async Task RecordAsync(NpgsqlDataSource database, LaneGrant grant, string topic, bool forget, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with forgotten as (
                update messaging.lane set positions = positions - $2 where $3 and group_id = $4 and partition = $5 and epoch = $6
            )
            insert into messaging.cluster_event (cluster_id, kind, detail)
            values (coalesce((select cluster_id from messaging.cluster_event where kind <> 'position_lost' order by event_id desc limit 1), ''), 'position_lost', $1)
            """);
        command.Parameters.Add(new() { Value = $"{grant.Lane} {topic} from {grant.Positions.GetValueOrDefault(topic)}" });
        command.Parameters.Add(new() { Value = topic });
        command.Parameters.Add(new() { Value = forget });
        command.Parameters.Add(new() { Value = grant.GroupId });
        command.Parameters.Add(new() { Value = grant.Lane.Partition });
        command.Parameters.Add(new() { Value = grant.Epoch });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
