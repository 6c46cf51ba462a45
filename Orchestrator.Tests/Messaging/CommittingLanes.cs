using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Messaging;

/// <summary>What is wrong with a unit.</summary>
public enum UnitFault
{
    None,
    Fenced,
    Duplicate,
    LostRace,
    Constraint,
    MissingTable,
}

/// <summary>Lanes in a database of their own, without Kafka: makes units of work to be committed, and sees what became of them.</summary>
sealed class CommittingLanes : IAsyncDisposable
{
    public const int Lanes = 10;
    const string Topic = "topic";
    const long Epoch = 7;

    static readonly DateTimeOffset Noon = DateTimeOffset.UnixEpoch.AddYears(50);

    readonly TestDatabase _database;
    short _groupId;

    CommittingLanes(TestDatabase database)
    {
        _database = database;
        Source = NpgsqlDataSource.Create(Databases.LaneConnection(database.ConnectionString, pool: 4));
        Beside = NpgsqlDataSource.Create(database.ConnectionString);
    }

    /// <summary>As lanes connect.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>For what is no lane's doing.</summary>
    public NpgsqlDataSource Beside { get; }

    public string ConnectionString => _database.ConnectionString;

    public static async Task<CommittingLanes> CreateAsync(TestInfrastructure infrastructure)
    {
        var lanes = new CommittingLanes(await infrastructure.CreateMigratedDatabaseAsync());
        lanes._groupId = await lanes.ScalarAsync<short>(
            $"""
            create table mark (id uuid primary key, lane int not null, amount int not null check (amount >= 0), note text, body bytea);
            insert into messaging.lane_group (name) values ('group');
            insert into messaging.lane (group_id, partition, epoch) select group_id, generate_series(0, {Lanes - 1}), {Epoch} from messaging.lane_group;
            insert into messaging.inbox (group_id, message_id) select group_id, '{LaneFixture.Id(-1)}' from messaging.lane_group;
            select group_id from messaging.lane_group
            """);
        return lanes;
    }

    /// <summary>
    /// A unit of a lane. For each of <paramref name="numbers"/>, which rise from unit to unit of a lane, it takes a message, publishes one, sets a
    /// timer and writes a row.
    /// </summary>
    public UnitCommit Unit(int lane, UnitFault fault = UnitFault.None, int parked = 0, params int[] numbers)
    {
        var id = new LaneId("group", lane);
        var work = new UnitOfWork(id, Noon, MessageCatalog.Contracts);
        foreach (var number in numbers)
        {
            work.Publish(new AlertRaised(LaneFixture.Id(number), "a", "recorded", 0, [], Noon), LaneFixture.Id(number));
            work.Schedule(new TimerEntry(LaneFixture.Id(number), Noon.AddMinutes(number), work.Outgoing[^1]));
        }
        if (numbers.Length > 0)
            work.WriteRows(Marks(lane, numbers, fault == UnitFault.Constraint ? -1 : 1), numbers.Length);
        if (fault == UnitFault.LostRace)
            work.WriteRows(new NpgsqlBatchCommand("delete from mark where id = any($1)") { Parameters = { new() { Value = new[] { LaneFixture.Id(-2) } } } }, expectedRows: 1);
        if (fault == UnitFault.MissingTable)
            work.Write(new NpgsqlBatchCommand("delete from nowhere"));
        var ids = numbers.Select(LaneFixture.Id).ToList();
        if (fault == UnitFault.Duplicate)
            ids.Add(LaneFixture.Id(-1));
        var next = numbers.Length > 0 ? numbers[^1] + 1 : 1;
        return new UnitCommit(
            new LaneGrant(id, _groupId, fault == UnitFault.Fenced ? Epoch - 1 : Epoch, new Dictionary<string, long>(StringComparer.Ordinal), 0),
            new Dictionary<string, long>(StringComparer.Ordinal) { [Topic] = next }, ids, [],
            [.. Enumerable.Range(0, parked).Select(n => Parked(next + n))], next, AcknowledgedRows.None, work);
    }

    /// <summary>Whether a unit is in the database: whole, or not at all.</summary>
    public async Task<bool> IsThereAsync(UnitCommit unit)
    {
        await using var command = Beside.CreateCommand(
            """
            select (select count(*) from mark where id = any($1) and lane = $2 and note is null and body = decode('0102', 'hex')),
                   (select count(*) from messaging.inbox where message_id = any($1) and group_id = $3),
                   (select count(*) from messaging.timer where timer_id = any($1) and group_id = $3 and partition = $2),
                   (select coalesce(sum(messages), 0) from messaging.outbox where seq = $4 and group_id = $3 and partition = $2),
                   (select count(*) from messaging.parked where position >= $4 and group_id = $3 and partition = $2),
                   (select count(*) from messaging.lane where group_id = $3 and partition = $2 and positions->>$5 = $4::text and outbox_seq = $4)
            """);
        command.Parameters.Add(new() { Value = unit.Work.Timers.Select(t => t.Id).ToArray() });
        command.Parameters.Add(new() { Value = unit.Grant.Lane.Partition });
        command.Parameters.Add(new() { Value = unit.Grant.GroupId });
        command.Parameters.Add(new() { Value = unit.OutboxSeq });
        command.Parameters.Add(new() { Value = Topic });
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        var found = Enumerable.Range(0, row.FieldCount).Select(row.GetInt64).ToArray();
        var rows = (long)unit.Work.Timers.Count;
        var isThere = found[^1] == 1;
        Assert.Equal(isThere ? [rows, rows, rows, rows, unit.Parked.Count, 1] : new long[6], found);
        return isThere;
    }

    /// <summary>Which of the first lanes wrote in one transaction: the numbers of those that did, a text each.</summary>
    public async Task<List<string>> TransactionsAsync(int lanes)
    {
        await using var command = Beside.CreateCommand(
            """
            select string_agg(partition::text, ',' order by partition) from messaging.lane where partition between 1 and $1
            group by xmin::text order by min(partition)
            """);
        command.Parameters.Add(new() { Value = lanes });
        await using var rows = await command.ExecuteReaderAsync();
        var transactions = new List<string>();
        while (await rows.ReadAsync())
            transactions.Add(rows.GetString(0));
        return transactions;
    }

    /// <summary>Starts a transaction that cannot end before it is let go: what is handed over meanwhile waits together.</summary>
    public async Task<HeldTransaction> HoldAsync(GroupCommit commit, UnitCommit? unit = null, CancellationToken stopped = default)
    {
        unit ??= Unit(lane: 0);
        var blocked = await BlockedAsync();
        var locks = await LockAsync(unit.Grant.Lane.Partition);
        var held = new HeldTransaction(locks, commit.CommitAsync(unit, stopped));
        await BlockedAsync(blocked + 1);
        return held;
    }

    /// <summary>Locks a lane's row until the connection is disposed of.</summary>
    public async Task<NpgsqlConnection> LockAsync(int lane)
    {
        var connection = await Beside.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"begin; select 1 from messaging.lane where partition = {lane} for update", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Waits until so many transactions wait for a lock.</summary>
    public Task BlockedAsync(long transactions) => Eventually.HoldsAsync($"{transactions} wait for a lock", async () => await BlockedAsync() == transactions);

    Task<long> BlockedAsync() => ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Beside.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Beside.DisposeAsync();
        await _database.DisposeAsync();
    }

    static NpgsqlBatchCommand Marks(int lane, int[] numbers, int amount) => new("insert into mark (id, lane, amount, note, body) select * from unnest($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            new() { Value = numbers.Select(LaneFixture.Id).ToArray() },
            new() { Value = numbers.Select(_ => lane).ToArray() },
            new() { Value = numbers.Select(_ => amount).ToArray() },
            new() { Value = new string?[numbers.Length], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = numbers.Select(_ => new byte[] { 1, 2 }).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
        },
    };

    static ParkedEntry Parked(int offset)
    {
        var message = new LaneMessage
        {
            Origin = new MessageOrigin(Topic, offset), Key = "key", Id = LaneFixture.Id(offset), Contract = null, Body = null, Time = Noon,
            Raw = new RawMessage(null, [], []),
        };
        return new ParkedEntry(message, ParkedStatus.Refused, ParkedCause.None, 0);
    }
}

/// <summary>A transaction under way that waits for a lock.</summary>
sealed class HeldTransaction(NpgsqlConnection locks, Task commit)
{
    public Task Commit => commit;

    public ValueTask LetGoAsync() => locks.DisposeAsync();
}
