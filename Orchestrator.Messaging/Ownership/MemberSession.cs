using Npgsql;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Messaging.Ownership;

/// <summary>A database session that holds a member's advisory lock: while it lasts, the member is alive.</summary>
/// <param name="Connection">The session.</param>
/// <param name="GroupId">The group's number in the database.</param>
/// <param name="MemberId">The member.</param>
internal sealed record MemberSession(NpgsqlConnection Connection, short GroupId, Guid MemberId)
{
    /// <summary>Opens one, of a new member; the group and its lanes are made where there are none.</summary>
    public static async Task<MemberSession> OpenAsync(
        NpgsqlDataSource database, string group, MessagingOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var memberId = Guid.CreateVersion7(time.GetUtcNow());
            await using var join = new NpgsqlCommand(
                """
                with ensured as (
                    insert into messaging.lane_group (name) values ($1) on conflict (name) do update set name = excluded.name returning group_id
                ), lanes as (
                    insert into messaging.lane (group_id, partition) select group_id, generate_series(0, $2 - 1) from ensured on conflict do nothing
                )
                select group_id, pg_try_advisory_lock(group_id, $3) from ensured
                """, connection)
            {
                Parameters = { new() { Value = group }, new() { Value = options.Partitions }, new() { Value = LockKey(memberId) } },
            };
            await using var reader = await join.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return new MemberSession(connection, reader.GetInt16(0), memberId);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts the lanes that still stand under one of <paramref name="names"/>, in the epoch of their grant, under this member.</summary>
    public async Task TakeAlongAsync(IReadOnlyCollection<LaneGrant> lanes, IReadOnlyCollection<Guid> names, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(Connection)
        {
            BatchCommands =
            {
                new("insert into messaging.member (group_id, member_id, lock_key, host, seen_at) values ($1, $2, $3, $4, now())")
                {
                    Parameters = { new() { Value = GroupId }, new() { Value = MemberId }, new() { Value = LockKey(MemberId) }, new() { Value = Host } },
                },
                new("update messaging.lane l set owner = $2 from unnest($3, $4) as mine (partition, epoch) where l.group_id = $1 and l.partition = mine.partition and l.epoch = mine.epoch and l.owner = any($5)")
                {
                    Parameters =
                    {
                        new() { Value = GroupId }, new() { Value = MemberId }, new() { Value = lanes.Select(l => l.Lane.Partition).ToArray() },
                        new() { Value = lanes.Select(l => l.Epoch).ToArray() }, new() { Value = names.ToArray() },
                    },
                },
                new("delete from messaging.member where group_id = $1 and member_id = any($2) and member_id <> $3")
                {
                    Parameters = { new() { Value = GroupId }, new() { Value = names.ToArray() }, new() { Value = MemberId } },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whom operators look for.</summary>
    public static string Host { get; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>What the member's lock is called.</summary>
    public static int LockKey(Guid memberId) => BitConverter.ToInt32(memberId.ToByteArray(), 12) & int.MaxValue;
}
