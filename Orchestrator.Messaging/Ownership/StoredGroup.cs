using Npgsql;
using NpgsqlTypes;

namespace Orchestrator.Messaging.Ownership;

/// <summary>What is stored of a group of lanes, for those that make groups and give them up while the service runs.</summary>
public static class StoredGroup
{
    /// <summary>
    /// Makes a group whose lanes begin to read <paramref name="topic"/> at the given offsets, in the connection's transaction. Nobody may run it yet.
    /// </summary>
    /// <param name="connection">With a transaction, if it is to be made together with something else.</param>
    /// <param name="group">Its name.</param>
    /// <param name="topic">The topic by its actual name.</param>
    /// <param name="next">The next offset to read, by partition.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task SeedAsync(
        NpgsqlConnection connection, string group, string topic, IReadOnlyDictionary<int, long> next, CancellationToken cancellationToken)
    {
        await using var seed = new NpgsqlCommand(
            """
            with ensured as (
                insert into messaging.lane_group (name) values ($1) on conflict (name) do update set name = excluded.name returning group_id
            )
            insert into messaging.lane (group_id, partition, positions)
            select group_id, u.partition, jsonb_build_object($2, u.next) from ensured, unnest($3, $4) as u (partition, next)
            on conflict (group_id, partition) do update set positions = messaging.lane.positions || excluded.positions
            """, connection)
        {
            Parameters =
            {
                new() { Value = group, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = topic, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = next.Keys.ToArray() },
                new() { Value = next.Values.ToArray() },
            },
        };
        await seed.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The next offsets to read of <paramref name="topic"/>, by group and partition, as committed. A lane that has read nothing yet is not among them.</summary>
    public static async Task<IReadOnlyDictionary<(string Group, int Partition), long>> PositionsAsync(
        NpgsqlDataSource database, IReadOnlyCollection<string> groups, string topic, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select g.name, l.partition, (l.positions ->> $2)::bigint
            from messaging.lane_group g join messaging.lane l using (group_id)
            where g.name = any($1) and l.positions ? $2
            """);
        command.Parameters.Add(new() { Value = groups.ToArray() });
        command.Parameters.Add(new() { Value = topic, NpgsqlDbType = NpgsqlDbType.Text });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var positions = new Dictionary<(string, int), long>();
        while (await rows.ReadAsync(cancellationToken))
            positions[(rows.GetString(0), rows.GetInt32(1))] = rows.GetInt64(2);
        return positions;
    }

    /// <summary>Deletes all that is kept of a group that is over, parked messages too.</summary>
    /// <param name="database">Where.</param>
    /// <param name="group">Its name.</param>
    /// <param name="lease">How long a member counts as alive after its last heartbeat.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False while a member is alive; nothing is deleted then.</returns>
    public static async Task<bool> ForgetAsync(NpgsqlDataSource database, string group, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await FindAsync(connection, group, lease, cancellationToken) is not var (groupId, alive))
            return true;
        if (alive)
            return false;
        await using var batch = new NpgsqlBatch(connection);
        string[] tables = ["member", "lane", "outbox", "inbox", "timer", "parked", "stream_snapshot", "stream_snapshot_chunk", "stream_parked", "lane_group"];
        foreach (var table in tables)
            batch.BatchCommands.Add(new($"delete from messaging.{table} where group_id = $1") { Parameters = { new() { Value = groupId } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    static async Task<(short GroupId, bool Alive)?> FindAsync(NpgsqlConnection connection, string group, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select group_id, exists (select 1 from messaging.member m where m.group_id = g.group_id and m.seen_at > now() - $2)
            from messaging.lane_group g where name = $1
            """, connection)
        {
            Parameters = { new() { Value = group }, new() { Value = lease } },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetInt16(0), row.GetBoolean(1)) : null;
    }
}
