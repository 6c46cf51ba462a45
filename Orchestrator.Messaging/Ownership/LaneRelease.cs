using Npgsql;

namespace Orchestrator.Messaging.Ownership;

/// <summary>Gives a lane up, for another member to claim at once.</summary>
internal static class LaneRelease
{
    public static async Task ReleaseAsync(NpgsqlDataSource database, LaneGrant grant, CancellationToken cancellationToken)
    {
        await using var release = database.CreateCommand(
            "update messaging.lane set owner = null where group_id = $1 and partition = $2 and epoch = $3");
        release.Parameters.Add(new() { Value = grant.GroupId });
        release.Parameters.Add(new() { Value = grant.Lane.Partition });
        release.Parameters.Add(new() { Value = grant.Epoch });
        await release.ExecuteNonQueryAsync(cancellationToken);
    }
}
