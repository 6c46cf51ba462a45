using System.Data;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Ownership;

/// <summary>
/// This process's membership in one group: a database session that holds an advisory lock and refreshes a heartbeat. While it lasts, lanes can
/// be claimed and released. When the session breaks, the membership is over and a new one begins: the lanes of the old one are anybody's.
/// </summary>
public sealed class GroupMembership : IAsyncDisposable
{
    readonly string _group;
    readonly MessagingOptions _options;
    readonly NpgsqlConnection _session;
    readonly TimeProvider _time;
    long _seenAt;
    long[] _epochs = [];

    GroupMembership(string group, short groupId, Guid memberId, MessagingOptions options, NpgsqlConnection session, TimeProvider time)
    {
        _group = group;
        GroupId = groupId;
        MemberId = memberId;
        _options = options;
        _session = session;
        _time = time;
        _seenAt = time.GetTimestamp();
    }

    /// <summary>The group's number in the database.</summary>
    public short GroupId { get; }

    /// <summary>This membership.</summary>
    public Guid MemberId { get; }

    /// <summary>Whether the last heartbeat is recent enough that nobody else can have taken the lanes for want of one.</summary>
    public bool IsFresh => _time.GetElapsedTime(Volatile.Read(ref _seenAt)).TotalMilliseconds < _options.LeaseMs * 0.8;

    /// <summary>
    /// Whether the lane is this member's for certain: the heartbeat is fresh, and saw no later epoch. What was read last is written first, so that a
    /// heartbeat is never fresh before what it saw is known.
    /// </summary>
    internal bool Holds(LaneGrant grant) => IsFresh && !HasLost(grant);

    /// <summary>Whether another member has claimed the lane since.</summary>
    internal bool HasLost(LaneGrant grant)
    {
        var epochs = Volatile.Read(ref _epochs);
        return grant.Lane.Partition < epochs.Length && epochs[grant.Lane.Partition] > grant.Epoch;
    }

    /// <summary>Joins <paramref name="group"/>.</summary>
    public static async Task<GroupMembership> JoinAsync(
        NpgsqlDataSource database, string group, MessagingOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var session = await database.OpenConnectionAsync(cancellationToken);
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
                """, session)
            {
                Parameters = { new() { Value = group }, new() { Value = options.Partitions }, new() { Value = LockKey(memberId) } },
            };
            short groupId;
            await using (var reader = await join.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                groupId = reader.GetInt16(0);
            }
            var membership = new GroupMembership(group, groupId, memberId, options, session, time);
            await membership.HeartbeatAsync(cancellationToken);
            return membership;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Shows that this member is alive, buries the dead, and reads who is left and what they own.</summary>
    public async Task<(IReadOnlyCollection<Guid> Members, IReadOnlyList<LaneSight> Lanes)> HeartbeatAsync(CancellationToken cancellationToken)
    {
        var sentAt = _time.GetTimestamp();
        await using var batch = new NpgsqlBatch(_session)
        {
            BatchCommands =
            {
                Command(
                    """
                    insert into messaging.member (group_id, member_id, lock_key, host, seen_at) values ($1, $2, $3, $4, now())
                    on conflict (group_id, member_id) do update set seen_at = now()
                    """, GroupId, MemberId, LockKey(MemberId), $"{Environment.MachineName}/{Environment.ProcessId}"),
                Command(
                    """
                    delete from messaging.member m where m.group_id = $1 and (
                        m.seen_at < now() - make_interval(secs => $2)
                        or not exists (select 1 from pg_locks l where l.locktype = 'advisory' and l.objsubid = 2
                            and l.database = (select oid from pg_database where datname = current_database())
                            and l.classid = m.group_id::int::oid and l.objid = (m.lock_key & x'7fffffff'::int)::oid))
                    """, GroupId, _options.LeaseMs / 1000.0),
                Command("select member_id from messaging.member where group_id = $1", GroupId),
                Command(
                    """
                    select l.partition, l.epoch, m.member_id from messaging.lane l
                    left join messaging.member m on m.group_id = l.group_id and m.member_id = l.owner
                    where l.group_id = $1 order by l.partition
                    """, GroupId),
            },
        };
        var members = new List<Guid>();
        var lanes = new List<LaneSight>();
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                members.Add(reader.GetGuid(0));
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                lanes.Add(new LaneSight(reader.GetInt32(0), reader.GetInt64(1), await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetGuid(2)));
        }
        if (!members.Contains(MemberId))
            throw new MembershipLostException(_group);
        var epochs = new long[lanes.Count == 0 ? 0 : lanes[^1].Partition + 1];
        foreach (var lane in lanes)
            epochs[lane.Partition] = lane.Epoch;
        Volatile.Write(ref _epochs, epochs);
        Volatile.Write(ref _seenAt, sentAt);
        return (members, lanes);
    }

    /// <summary>Claims a lane that nobody owns.</summary>
    /// <returns>Null when another member was faster.</returns>
    public async Task<LaneGrant?> ClaimAsync(LaneSight lane, CancellationToken cancellationToken)
    {
        await using var claim = new NpgsqlCommand(
            """
            update messaging.lane set owner = $3, epoch = epoch + 1 where group_id = $1 and partition = $2 and epoch = $4
            returning epoch, positions::text, outbox_seq
            """, _session)
        {
            Parameters = { new() { Value = GroupId }, new() { Value = lane.Partition }, new() { Value = MemberId }, new() { Value = lane.Epoch } },
        };
        await using var reader = await claim.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new LaneGrant(
                new LaneId(_group, lane.Partition), GroupId, reader.GetInt64(0),
                JsonSerializer.Deserialize<Dictionary<string, long>>(reader.GetString(1))!, reader.GetInt64(2))
            : null;
    }

    /// <summary>Leaves the group: the session ends, and with it the lock.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_session.State == ConnectionState.Open)
            {
                await using var leave = new NpgsqlCommand(
                    "with gone as (delete from messaging.member where group_id = $1 and member_id = $2) select pg_advisory_unlock_all()", _session)
                {
                    Parameters = { new() { Value = GroupId }, new() { Value = MemberId } },
                };
                await leave.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (NpgsqlException)
        {
            // The session is gone already, and the lock with it: that is what leaving means.
        }
        await _session.DisposeAsync();
    }

    static int LockKey(Guid memberId) => BitConverter.ToInt32(memberId.ToByteArray(), 12) & int.MaxValue;

    static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = value is Guid ? NpgsqlDbType.Uuid : TypeOf(value) });
        return command;
    }

    static NpgsqlDbType TypeOf(object value) => value switch
    {
        short => NpgsqlDbType.Smallint,
        int => NpgsqlDbType.Integer,
        double => NpgsqlDbType.Double,
        string => NpgsqlDbType.Text,
        _ => throw new ArgumentException($"no database type for {value.GetType()}", nameof(value)),
    };
}

/// <summary>This process was taken for dead: its heartbeat came too late. It joins anew and claims lanes like anybody.</summary>
public sealed class MembershipLostException(string group) : Exception($"The membership in group {group} has ended: its heartbeat came too late");
