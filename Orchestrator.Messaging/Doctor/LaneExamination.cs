using Npgsql;

namespace Orchestrator.Messaging.Doctor;

/// <summary>Who owns the lanes of each group, by what the database says.</summary>
static class LaneExamination
{
    const string Stored =
        """
        select g.name, count(*), count(*) filter (where m.member_id is null), coalesce(string_agg(distinct m.host, ', '), '')
        from messaging.lane l join messaging.lane_group g using (group_id)
        left join messaging.member m on m.group_id = l.group_id and m.member_id = l.owner and m.seen_at > now() - interval '60 seconds'
        group by g.name order by g.name
        """;

    public static async Task<IReadOnlyList<Finding>> LookAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "orchestrator-doctor", MaxPoolSize = 1 }.ConnectionString);
            await using var exists = database.CreateCommand("select to_regclass('messaging.lane') is not null");
            if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
                return [Finding.Warning("service_lanes", "the database has no lanes yet", "Start the service once.")];
            var groups = new List<(string Name, long Lanes, long Ownerless, string Hosts)>();
            await using var command = database.CreateCommand(Stored);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                groups.Add((rows.GetString(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetString(3)));
            return Judge(groups);
        }
        catch (NpgsqlException)
        {
            // Why not is among what was found about the database.
            return [];
        }
    }

    internal static IReadOnlyList<Finding> Judge(IReadOnlyList<(string Name, long Lanes, long Ownerless, string Hosts)> groups) => groups.Count == 0
        ? [Finding.Warning("service_lanes", "no process has ever run lanes here", "Start the service with the roles that are wanted.")]
        :
        [
            .. groups.Select(g => g.Ownerless == 0
                ? Finding.Ok("service_lanes", $"{g.Name}: all {g.Lanes} lanes are owned, by {g.Hosts}")
                : Finding.Warning(
                    "service_lanes", $"{g.Name}: {g.Ownerless} of {g.Lanes} lanes have no owner that is alive",
                    "Start a process with the role that runs this group; a group that is no longer used, such as a projection's former generation, may stay so.")),
        ];
}
