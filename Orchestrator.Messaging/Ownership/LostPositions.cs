using Npgsql;

namespace Orchestrator.Messaging.Ownership;

/// <summary>Keeps a record of every position that was lost.</summary>
internal static class LostPositions
{
    public static async Task RecordAsync(NpgsqlDataSource database, LaneGrant grant, string topic, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into messaging.cluster_event (cluster_id, kind, detail)
            values (coalesce((select cluster_id from messaging.cluster_event where kind <> 'position_lost' order by event_id desc limit 1), ''), 'position_lost', $1)
            """);
        command.Parameters.Add(new() { Value = $"{grant.Lane} {topic} from {grant.Positions.GetValueOrDefault(topic)}" });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
