using CsCheck;
using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Messaging;

public sealed class GroupCommitTests(TestInfrastructure infrastructure)
{
    static readonly CancellationToken Stopped = new(canceled: true);

    [Fact]
    public async Task Units_when_many_lanes_hand_them_over_at_once_do_share_a_transaction_and_lose_nothing()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        await lanes.ScalarAsync<int>("insert into messaging.outbox select group_id, partition, 1, 1, '' from messaging.lane; select 1");
        var commit = new GroupCommit(lanes.Source, maxMessages: 500, maxConcurrent: 2);
        var held = await lanes.HoldAsync(commit);
        var units = Enumerable.Range(1, 8).Select(n => lanes.Unit(n, parked: n % 3, numbers: [10 * n, (10 * n) + 1]) with { Acknowledged = new(0, 1) }).ToList();
        var tasks = units.ConvertAll(u => commit.CommitAsync(u, default));
        await held.LetGoAsync();
        await Task.WhenAll(tasks);

        foreach (var unit in units)
        {
            Assert.True(await lanes.IsThereAsync(unit));
            var payload = await lanes.ScalarAsync<byte[]>($"select payload from messaging.outbox where partition = {unit.Grant.Lane.Partition} and seq = {unit.OutboxSeq}");
            Assert.Equal(unit.Work.Outgoing.Select(m => m.Id), PackedMessages.Unpack(payload).Select(m => m.Id));
        }
        // What was acknowledged is gone, and of no other lane.
        Assert.Equal(2L, await lanes.ScalarAsync<long>("select count(*) from messaging.outbox where seq = 1"));
        Assert.Equal(1L, await lanes.ScalarAsync<long>(
            """
            select count(distinct x) from (
                select xmin::text from mark union all select xmin::text from messaging.lane where partition between 1 and 8
                union all select xmin::text from messaging.outbox where seq > 1 union all select xmin::text from messaging.timer
                union all select xmin::text from messaging.parked union all select xmin::text from messaging.inbox where message_id = any(select id from mark)) as written (x)
            """));
    }

    [Theory]
    [InlineData(UnitFault.Fenced)]
    [InlineData(UnitFault.Duplicate)]
    [InlineData(UnitFault.LostRace)]
    [InlineData(UnitFault.Constraint)]
    [InlineData(UnitFault.MissingTable)]
    public async Task Unit_when_it_is_at_fault_fails_alone(UnitFault fault)
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        var commit = new GroupCommit(lanes.Source, maxMessages: 500, maxConcurrent: 1);
        var held = await lanes.HoldAsync(commit);
        var units = Enumerable.Range(1, 4).Select(n => lanes.Unit(n, n == 3 ? fault : UnitFault.None, numbers: [10 * n, (10 * n) + 1])).ToList();
        var outcomes = units.ConvertAll(u => OutcomeAsync(commit.CommitAsync(u, default)));
        await held.LetGoAsync();

        for (var i = 0; i < units.Count; i++)
        {
            var outcome = await outcomes[i];
            Assert.Equal(units[i].Grant.Lane.Partition != 3, await lanes.IsThereAsync(units[i]));
            Assert.True(IsOutcomeOf(i == 2 ? fault : UnitFault.None, outcome), $"{outcome}");
        }
        if (fault == UnitFault.Fenced)
            Assert.Contains("group[3]", (await outcomes[2])!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Units_when_two_lanes_take_the_same_id_do_take_effect_once()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        var commit = new GroupCommit(lanes.Source, maxMessages: 500, maxConcurrent: 1);
        var held = await lanes.HoldAsync(commit);
        var (first, second) = (lanes.Unit(1, numbers: 10), lanes.Unit(2, numbers: 20));
        second = second with { Ids = [.. second.Ids, .. first.Ids] };
        var tasks = (commit.CommitAsync(first, default), commit.CommitAsync(second, default));
        await held.LetGoAsync();

        await tasks.Item1;
        await Assert.ThrowsAsync<DuplicateIdsException>(() => tasks.Item2);
        Assert.True(await lanes.IsThereAsync(first));
        Assert.False(await lanes.IsThereAsync(second));
    }

    [Fact]
    public async Task Unit_when_it_commits_alone_on_another_connection_does_run_its_own_statements()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        await lanes.ScalarAsync<int>("create table right_one (n int); create table wrong_one (n int); select 1");
        // Each connection names its prepared statements in the order of their use; here what the one calls by a name is the other's other one.
        await using (var one = await lanes.Source.OpenConnectionAsync())
        await using (var other = await lanes.Source.OpenConnectionAsync())
        {
            await PrepareAsync(one, "right_one", "wrong_one");
            await PrepareAsync(other, "wrong_one", "right_one");
        }
        var commit = new GroupCommit(lanes.Source, maxMessages: 500, maxConcurrent: 1);
        for (var round = 1; round <= 4; round++)
        {
            var held = await lanes.HoldAsync(commit);
            var (good, bad) = (lanes.Unit(1, numbers: round * 10), lanes.Unit(2, UnitFault.LostRace, numbers: round * 1_000));
            good.Work.Write(Insert("right_one"));
            var tasks = (commit.CommitAsync(good, default), commit.CommitAsync(bad, default));
            await held.LetGoAsync();
            await tasks.Item1;
            await Assert.ThrowsAsync<LostRaceException>(() => tasks.Item2);
        }
        Assert.Equal(4L, await lanes.ScalarAsync<long>("select count(*) from right_one where n = 1"));
        Assert.Equal(0L, await lanes.ScalarAsync<long>("select count(*) from wrong_one where n = 1"));

        static NpgsqlBatchCommand Insert(string table, int n = 1) => new($"insert into {table} select * from unnest($1)") { Parameters = { new() { Value = new[] { n } } } };

        static async Task PrepareAsync(NpgsqlConnection connection, params string[] tables)
        {
            foreach (var table in tables.SelectMany(t => Enumerable.Repeat(t, 3)))
            {
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Insert(table, 0) } };
                await batch.ExecuteNonQueryAsync();
            }
        }
    }

    [Fact]
    public async Task Transaction_when_more_waits_takes_no_more_than_the_bound_and_a_larger_unit_alone()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        var commit = new GroupCommit(lanes.Source, maxMessages: 10, maxConcurrent: 1);
        var held = await lanes.HoldAsync(commit);
        // Parked messages count like those that take effect, and a unit without any like one.
        UnitCommit[] units =
        [
            lanes.Unit(1, numbers: [.. Enumerable.Range(10, 4)]), lanes.Unit(2, numbers: [.. Enumerable.Range(20, 4)]), lanes.Unit(3, numbers: [.. Enumerable.Range(30, 4)]),
            lanes.Unit(4, numbers: [.. Enumerable.Range(40, 12)]), lanes.Unit(5, parked: 8), lanes.Unit(6), lanes.Unit(7, numbers: 70), lanes.Unit(8, numbers: 80),
        ];
        var tasks = units.Select(u => commit.CommitAsync(u, default)).ToList();
        await held.LetGoAsync();
        await Task.WhenAll(tasks);
        Assert.Equal(["1,2", "3", "4", "5,6,7", "8"], await lanes.TransactionsAsync(8));
    }

    [Fact]
    public async Task Transactions_when_full_batches_wait_do_run_at_once_up_to_the_bound()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        var commit = new GroupCommit(lanes.Source, maxMessages: 4, maxConcurrent: 2);
        var first = await lanes.HoldAsync(commit);
        // Three are no full batch: they wait for the fourth, and not for what is held.
        await Task.WhenAll(commit.CommitAsync(lanes.Unit(1, numbers: [10, 11, 12]), default), commit.CommitAsync(lanes.Unit(2, numbers: 20), default));
        Assert.Equal(["1,2"], await lanes.TransactionsAsync(2));
        Assert.False(first.Commit.IsCompleted);

        var second = await lanes.HoldAsync(commit, lanes.Unit(3, numbers: [30, 31, 32, 33]));
        var full = commit.CommitAsync(lanes.Unit(4, numbers: [40, 41, 42, 43]), default);
        for (var roundTrip = 0; roundTrip < 20; roundTrip++)
            await lanes.BlockedAsync(2);
        Assert.False(full.IsCompleted);
        await second.LetGoAsync();
        await Task.WhenAll(second.Commit, full);
        Assert.False(first.Commit.IsCompleted);
        await first.LetGoAsync();
        await first.Commit;
    }

    [Fact]
    public async Task Unit_when_its_lane_stops_while_it_waits_is_not_written_and_disturbs_nobody()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        var commit = new GroupCommit(lanes.Source, maxMessages: 500, maxConcurrent: 1);
        using var stop = new CancellationTokenSource();
        var held = await lanes.HoldAsync(commit);
        var units = Enumerable.Range(1, 3).Select(n => lanes.Unit(n, numbers: 10 * n)).ToList();
        var tasks = units.ConvertAll(u => commit.CommitAsync(u, u == units[1] ? stop.Token : default));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tasks[1]);
        Assert.False(held.Commit.IsCompleted);
        await held.LetGoAsync();

        await Task.WhenAll(tasks[0], tasks[2]);
        Assert.False(await lanes.IsThereAsync(units[1]));
        Assert.True(await lanes.IsThereAsync(units[0]));
        Assert.True(await lanes.IsThereAsync(units[2]));
    }

    [Fact]
    public async Task Transaction_when_one_lane_stops_goes_on_and_when_all_stop_is_given_up()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        var commit = new GroupCommit(lanes.Source, maxMessages: 500, maxConcurrent: 1);
        foreach (var all in new[] { false, true })
        {
            var number = all ? 2 : 1;
            using var stop = new CancellationTokenSource();
            var held = await lanes.HoldAsync(commit);
            var units = Enumerable.Range(1, 3).Select(lane => lanes.Unit(lane, numbers: (100 * number) + lane)).ToList();
            var tasks = units.ConvertAll(u => commit.CommitAsync(u, all || u == units[0] ? stop.Token : default));
            await using (await lanes.LockAsync(2))
            {
                await held.LetGoAsync();
                await held.Commit;
                await lanes.BlockedAsync(1);
                await stop.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tasks[0]);
                // The lock is held still: nobody waits for it any more, or the others do.
                await lanes.BlockedAsync(all ? 0 : 1);
            }
            if (!all)
                await Task.WhenAll(tasks.Skip(1));
            // The one that did not wait is written with the others.
            foreach (var unit in units)
                Assert.Equal(!all, await lanes.IsThereAsync(unit));
        }
        await commit.CommitAsync(lanes.Unit(4, numbers: 400), default);
    }

    [Fact]
    public async Task Units_when_the_database_is_gone_do_all_fail_for_now_and_write_nothing()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        var commit = new GroupCommit(lanes.Source, maxMessages: 500, maxConcurrent: 1);
        var held = await lanes.HoldAsync(commit);
        var units = Enumerable.Range(1, 3).Select(n => lanes.Unit(n, numbers: 10 * n)).ToList();
        var tasks = units.ConvertAll(u => OutcomeAsync(commit.CommitAsync(u, default)));
        await using (var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(lanes.ConnectionString) { Database = "postgres", Pooling = false }))
        {
            var database = new NpgsqlConnectionStringBuilder(lanes.ConnectionString).Database;
            await ExecuteAsync(server, $"alter database {database} allow_connections false");
            await ExecuteAsync(server, $"select pg_terminate_backend(pid, 30000) from pg_stat_activity where datname = '{database}' and application_name = 'orchestrator'");
            foreach (var outcome in (Exception?[])[await OutcomeAsync(held.Commit), .. await Task.WhenAll(tasks)])
                Assert.True(outcome is not null && Failures.IsTransient(outcome), $"{outcome}");
            await ExecuteAsync(server, $"alter database {database} allow_connections true");
        }
        await held.LetGoAsync();
        lanes.Source.Clear();

        foreach (var unit in units)
            Assert.False(await lanes.IsThereAsync(unit));
        await Task.WhenAll(units.Select(u => commit.CommitAsync(u, default)));
        foreach (var unit in units)
            Assert.True(await lanes.IsThereAsync(unit));

        static async Task ExecuteAsync(NpgsqlDataSource server, string sql)
        {
            await using var command = server.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task Units_when_the_answer_to_their_commit_is_lost_do_all_fail_for_now_and_are_not_tried_again()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        await using var between = new AnswerEater(lanes.ConnectionString);
        await using var source = NpgsqlDataSource.Create(between.ConnectionString);
        var commit = new GroupCommit(source, maxMessages: 500, maxConcurrent: 1);
        var held = await lanes.HoldAsync(commit);
        var units = Enumerable.Range(1, 3).Select(n => lanes.Unit(n, numbers: 10 * n)).ToList();
        var tasks = units.ConvertAll(u => OutcomeAsync(commit.CommitAsync(u, default)));
        between.Eat(2);
        await held.LetGoAsync();

        foreach (var outcome in (Exception?[])[await OutcomeAsync(held.Commit), .. await Task.WhenAll(tasks)])
            Assert.True(outcome is not null && Failures.IsTransient(outcome), $"{outcome}");
        foreach (var unit in units)
            Assert.True(await lanes.IsThereAsync(unit));
        Assert.Equal(["1,2,3"], await lanes.TransactionsAsync(3));
    }

    [Fact]
    public async Task Units_when_any_are_handed_over_with_any_faults_are_there_when_they_have_none()
    {
        await using var lanes = await CommittingLanes.CreateAsync(infrastructure);
        var next = 0;
        await Gen.Select(AnyUnit.List[1, CommittingLanes.Lanes], Gen.Int[1, 8], Gen.Int[1, 3]).SampleAsync(
            async (wanted, maxMessages, maxConcurrent) =>
            {
                var commit = new GroupCommit(lanes.Source, maxMessages, maxConcurrent);
                var units = wanted.Select((w, lane) => lanes.Unit(lane, w.Fault, w.Parked, [.. Enumerable.Range(next += 10, w.Messages)])).ToList();
                var outcomes = await Task.WhenAll(units.Zip(wanted, (u, w) => OutcomeAsync(commit.CommitAsync(u, w.Stops ? Stopped : default))));
                for (var i = 0; i < units.Count; i++)
                {
                    Assert.True(wanted[i].Stops ? outcomes[i] is OperationCanceledException : IsOutcomeOf(wanted[i].Fault, outcomes[i]), $"{outcomes[i]}");
                    Assert.Equal(outcomes[i] is null, await lanes.IsThereAsync(units[i]));
                }
            },
            iter: 100, threads: 1);
    }

    static readonly Gen<(UnitFault Fault, bool Stops, int Messages, int Parked)> AnyUnit =
        from isFaulty in Gen.Bool
        from fault in Gen.Enum<UnitFault>()
        from stops in Gen.Int[0, 9]
        from messages in Gen.Int[1, 4]
        from parked in Gen.Int[0, 2]
        select (isFaulty ? fault : UnitFault.None, stops == 0, messages, parked);

    static bool IsOutcomeOf(UnitFault fault, Exception? outcome) => fault switch
    {
        UnitFault.Fenced => outcome is LaneFencedException,
        UnitFault.Duplicate => outcome is DuplicateIdsException,
        UnitFault.LostRace => outcome is LostRaceException,
        UnitFault.Constraint => outcome is PostgresException { SqlState: PostgresErrorCodes.CheckViolation },
        UnitFault.MissingTable => outcome is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable },
        _ => outcome is null,
    };

    static async Task<Exception?> OutcomeAsync(Task commit)
    {
        try
        {
            await commit;
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
