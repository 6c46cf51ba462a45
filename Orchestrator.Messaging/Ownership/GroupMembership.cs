using System.Data;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Ownership;

/// <summary>
/// This process's membership in one group: a database session that holds an advisory lock and refreshes a heartbeat. While it lasts, lanes can
/// be claimed and released. When the session breaks, the membership is over and a new one begins: the lanes of the old one are anybody's. Only a group that goes on
/// without the database takes along what nobody has claimed meanwhile.
/// </summary>
public sealed class GroupMembership : IAsyncDisposable
{
    // Of the lease: nobody takes a lane before it is over; whether the database answers is known before; and nobody sleeps for so long but who is suspended.
    const double FreshPart = 0.8;
    const double AwayPart = 0.6;
    const double AsleepPart = 0.4;

    // Others have lost their sessions as well, and come back within a few beats.
    const int GraceBeats = 4;

    static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan ShortestSleep = TimeSpan.FromSeconds(2);

    readonly NpgsqlDataSource _database;
    readonly string _group;
    readonly MessagingOptions _options;
    readonly TimeProvider _time;
    readonly List<Guid> _names = [];
    NpgsqlConnection _session;
    long _seenAt;
    long _buriesFrom;
    long _lookedAt;
    long _awakeTicks;
    volatile bool _isBroken;
    volatile bool _wasAsleep;
    long[] _epochs = [];

    GroupMembership(NpgsqlDataSource database, string group, MessagingOptions options, MemberSession session, TimeProvider time)
    {
        _database = database;
        _group = group;
        GroupId = session.GroupId;
        MemberId = session.MemberId;
        _options = options;
        _session = session.Connection;
        _time = time;
        _seenAt = _buriesFrom = _lookedAt = time.GetTimestamp();
        _names.Add(MemberId);
    }

    /// <summary>The group's number in the database.</summary>
    public short GroupId { get; }

    /// <summary>This membership.</summary>
    public Guid MemberId { get; private set; }

    /// <summary>Whether the session is gone, and a new one is to be opened before the next heartbeat.</summary>
    internal bool IsBroken => _isBroken;

    /// <summary>Whether the last heartbeat is recent enough that nobody else can have taken the lanes for want of one.</summary>
    public bool IsFresh => UnseenMs < _options.LeaseMs * FreshPart;

    double UnseenMs => _time.GetElapsedTime(Volatile.Read(ref _seenAt)).TotalMilliseconds;

    /// <summary>
    /// Whether the lane is this member's for certain: the heartbeat is fresh, and saw no later epoch. What was read last is written first, so that a
    /// heartbeat is never fresh before what it saw is known.
    /// </summary>
    internal bool Holds(LaneGrant grant) => !_isBroken && IsFresh && !HasLost(grant);

    /// <summary>Whether another member has claimed the lane since.</summary>
    internal bool HasLost(LaneGrant grant)
    {
        var epochs = Volatile.Read(ref _epochs);
        return grant.Lane.Partition < epochs.Length && epochs[grant.Lane.Partition] > grant.Epoch;
    }

    /// <summary>
    /// How certain the lane is this member's. When the session is gone others may claim its lanes at once. That the database is away is said of a process whose last attempt to
    /// reach it has failed, or which has run for most of a lease without hearing of it: one that was suspended meanwhile does not know whether it would have heard.
    /// </summary>
    /// <param name="grant">The lane.</param>
    /// <param name="withoutStore">How long it is kept while the database does not answer.</param>
    internal LaneStanding StandingOf(LaneGrant grant, TimeSpan withoutStore) =>
        HasLost(grant) ? LaneStanding.Lost
        : !_isBroken && IsFresh ? LaneStanding.Held
        : Lasts(withoutStore) && (_isBroken ? !_wasAsleep : HasWaited) ? LaneStanding.StoreAway
        : LaneStanding.NotShown;

    bool HasWaited => TimeSpan.FromTicks(Interlocked.Read(ref _awakeTicks)).TotalMilliseconds >= _options.LeaseMs * AwayPart;

    /// <summary>Whether lanes are kept though the database has not answered for so long.</summary>
    internal bool Lasts(TimeSpan withoutStore) => withoutStore > TimeSpan.Zero && UnseenMs < (_options.LeaseMs * FreshPart) + withoutStore.TotalMilliseconds;

    /// <summary>To be called every few tens of milliseconds: counts how long the process has run since the database answered.</summary>
    internal void Look()
    {
        var now = _time.GetTimestamp();
        var since = _time.GetElapsedTime(_lookedAt, now);
        _lookedAt = now;
        if (since > ShortestSleep && since.TotalMilliseconds > _options.LeaseMs * AsleepPart)
        {
            _wasAsleep = true;
            Interlocked.Exchange(ref _awakeTicks, 0);
        }
        Interlocked.Add(ref _awakeTicks, Math.Min(since.Ticks, LongestLook.Ticks));
    }

    /// <summary>Joins <paramref name="group"/>.</summary>
    public static async Task<GroupMembership> JoinAsync(
        NpgsqlDataSource database, string group, MessagingOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var session = await MemberSession.OpenAsync(database, group, options, time, cancellationToken);
        try
        {
            var membership = new GroupMembership(database, group, options, session, time);
            await membership.HeartbeatAsync(cancellationToken);
            return membership;
        }
        catch
        {
            await session.Connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The database has not answered just now: the session is given up.</summary>
    internal async Task BreakAsync()
    {
        _wasAsleep = false;
        if (_isBroken)
            return;
        _isBroken = true;
        // Those that wait in the pool are of the same time.
        NpgsqlConnection.ClearPool(_session);
        await _session.DisposeAsync();
    }

    /// <summary>
    /// Joins anew, and takes along the lanes that nobody has claimed: whoever wants one names its epoch and its owner, so either the claim succeeds or this does. Others
    /// are given time to do the same before they are buried.
    /// </summary>
    internal async Task RejoinAsync(IReadOnlyCollection<LaneGrant> lanes, CancellationToken cancellationToken)
    {
        await _session.DisposeAsync();
        var session = await MemberSession.OpenAsync(_database, _group, _options, _time, cancellationToken);
        try
        {
            // When this is committed and nobody hears of it, the lanes stand under this name the next time.
            _names.Add(session.MemberId);
            await session.TakeAlongAsync(lanes, _names, cancellationToken);
        }
        catch
        {
            await session.Connection.DisposeAsync();
            throw;
        }
        _session = session.Connection;
        MemberId = session.MemberId;
        _names.Clear();
        _names.Add(MemberId);
        _buriesFrom = _time.GetTimestamp() + (long)(_options.HeartbeatMs * GraceBeats / 1e3 * _time.TimestampFrequency);
        // Only now it is known what was claimed.
        await HeartbeatAsync(cancellationToken);
        _isBroken = false;
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
                    """, GroupId, MemberId, MemberSession.LockKey(MemberId), MemberSession.Host),
                Command(
                    """
                    delete from messaging.member m where $3 and m.group_id = $1 and (
                        m.seen_at < now() - make_interval(secs => $2)
                        or not exists (select 1 from pg_locks l where l.locktype = 'advisory' and l.objsubid = 2
                            and l.database = (select oid from pg_database where datname = current_database())
                            and l.classid = m.group_id::int::oid and l.objid = (m.lock_key & x'7fffffff'::int)::oid))
                    """, GroupId, _options.LeaseMs / 1000.0, sentAt >= _buriesFrom),
                Command("select member_id from messaging.member where group_id = $1", GroupId),
                Command(
                    """
                    select l.partition, l.epoch, m.member_id, l.owner from messaging.lane l
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
                lanes.Add(new LaneSight(reader.GetInt32(0), reader.GetInt64(1), await OwnerAsync(reader, 2, cancellationToken), await OwnerAsync(reader, 3, cancellationToken)));
        }
        if (!members.Contains(MemberId))
            throw new MembershipLostException(_group);
        var epochs = new long[lanes.Count == 0 ? 0 : lanes[^1].Partition + 1];
        foreach (var lane in lanes)
            epochs[lane.Partition] = lane.Epoch;
        Volatile.Write(ref _epochs, epochs);
        Interlocked.Exchange(ref _awakeTicks, 0);
        _wasAsleep = false;
        Volatile.Write(ref _seenAt, sentAt);
        return (members, lanes);
    }

    static async Task<Guid?> OwnerAsync(NpgsqlDataReader reader, int column, CancellationToken cancellationToken) =>
        await reader.IsDBNullAsync(column, cancellationToken) ? null : reader.GetGuid(column);

    /// <summary>Claims a lane that nobody owns.</summary>
    /// <returns>Null when another member was faster.</returns>
    public async Task<LaneGrant?> ClaimAsync(LaneSight lane, CancellationToken cancellationToken)
    {
        await using var claim = new NpgsqlCommand(
            """
            update messaging.lane set owner = $3, epoch = epoch + 1 where group_id = $1 and partition = $2 and epoch = $4 and owner is not distinct from $5
            returning epoch, positions::text, outbox_seq
            """, _session)
        {
            Parameters =
            {
                new() { Value = GroupId }, new() { Value = lane.Partition }, new() { Value = MemberId }, new() { Value = lane.Epoch },
                new() { Value = lane.LastOwner is { } owner ? owner : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            },
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
        bool => NpgsqlDbType.Boolean,
        string => NpgsqlDbType.Text,
        _ => throw new ArgumentException($"no database type for {value.GetType()}", nameof(value)),
    };
}

/// <summary>This process was taken for dead: its heartbeat came too late. It joins anew and claims lanes like anybody.</summary>
public sealed class MembershipLostException(string group) : Exception($"The membership in group {group} has ended: its heartbeat came too late");
