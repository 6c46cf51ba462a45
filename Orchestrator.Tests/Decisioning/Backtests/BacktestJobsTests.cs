using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Decisioning.Backtests;
using Orchestrator.Decisioning.Backtests.Jobs;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Messaging.Workers;
using Orchestrator.Tests.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Backtests.LivePast;

namespace Orchestrator.Tests.Decisioning.Backtests;

/// <summary>Backtests as jobs: what becomes of them when processes die, stop, and when somebody changes his mind.</summary>
public sealed class BacktestJobsTests(TestInfrastructure infrastructure)
{
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    static readonly BacktestOrder Order = new(BacktestOrder.Live, BacktestOrder.None, Start, Start.AddDays(400), ReviewCostMinor: new Dictionary<string, long> { ["EUR"] = 500 });

    [Fact]
    public async Task Job_when_it_is_worked_on_has_its_result_and_what_it_says()
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        var past = await jobs.PastAsync();
        await jobs.RequestAsync(1);

        Assert.True(await jobs.Worker().RunNextAsync(CancellationToken.None));
        Assert.False(await jobs.Worker().RunNextAsync(CancellationToken.None));

        var done = (await jobs.Store.FindAsync(Id(1), CancellationToken.None))!;
        Assert.Equal((BacktestState.Done, 1, (long)past), (done.State, done.Attempts, done.Result!.Outcomes.Total));
        Assert.True(done.Result.Live!.IsEmpty, done.Result.Live.ToString());
        Assert.Equal((Order.From, Order.To, 500L), (done.Order.From, done.Order.To, done.Order.ReviewCostMinor!["EUR"]));
        Assert.NotNull(done.EndedAt);
        Assert.Null(Assert.Single(await jobs.Store.ListAsync(null, 10, CancellationToken.None)).Result);
    }

    [Fact]
    public async Task Job_when_the_process_that_works_on_it_is_gone_is_begun_again_when_its_lease_is_over()
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        var past = await jobs.PastAsync();
        await jobs.RequestAsync(1);
        var dead = (await jobs.Claims.ClaimAsync(Id(90), Lease, CancellationToken.None))!;

        Assert.False(await jobs.Worker().RunNextAsync(CancellationToken.None), "its lease is not over");
        await jobs.ExpireAsync();
        Assert.True(await jobs.Worker().RunNextAsync(CancellationToken.None));

        var done = (await jobs.Store.FindAsync(Id(1), CancellationToken.None))!;
        Assert.Equal((BacktestState.Done, 2, (long)past), (done.State, done.Attempts, done.Result!.Outcomes.Total));
        // What the dead one says when it wakes up counts no more.
        Assert.Equal(LeaseRenewal.Lost, await jobs.Claims.RenewAsync(dead, Lease, null, CancellationToken.None));
        Assert.False(await jobs.Claims.FailedAsync(dead, new BacktestFailure("internal", "late"), CancellationToken.None));
        Assert.Equal(BacktestState.Done, (await jobs.Store.FindAsync(Id(1), CancellationToken.None))!.State);
    }

    [Fact]
    public async Task Job_when_it_was_begun_three_times_and_never_ended_has_failed()
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        await jobs.RequestAsync(1);
        for (var attempt = 1; attempt <= BacktestClaims.MostAttempts; attempt++)
        {
            Assert.Equal(attempt, (await jobs.Claims.ClaimAsync(Id(90), Lease, CancellationToken.None))!.Attempt);
            await jobs.ExpireAsync();
        }

        Assert.Null(await jobs.Claims.ClaimAsync(Id(90), Lease, CancellationToken.None));

        var failed = (await jobs.Store.FindAsync(Id(1), CancellationToken.None))!;
        Assert.Equal((BacktestState.Failed, "abandoned", 3), (failed.State, failed.Failure!.Code, failed.Attempts));
    }

    [Fact]
    public async Task Jobs_when_processes_take_them_at_once_are_each_taken_once_in_the_order_of_the_requests()
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        for (var n = 1; n <= 6; n++)
            await jobs.RequestAsync(n);

        var claims = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => jobs.Claims.ClaimAsync(Id(90 + n), Lease, CancellationToken.None)));

        Assert.Equal(Enumerable.Range(1, 6).Select(n => Id(n)), claims.OfType<BacktestClaim>().OrderBy(c => c.Number).Select(c => c.Id));
    }

    [Fact]
    public async Task Job_when_it_is_cancelled_does_not_run_or_stops()
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        await jobs.RequestAsync(1);
        await jobs.RequestAsync(2);
        var running = (await jobs.Claims.ClaimAsync(Id(90), Lease, CancellationToken.None))!;

        var first = Assert.IsType<BacktestCancelled.Done>(await jobs.Store.CancelAsync(Id(1), CancellationToken.None)).Job;
        var second = Assert.IsType<BacktestCancelled.Done>(await jobs.Store.CancelAsync(Id(2), CancellationToken.None)).Job;

        Assert.Equal((BacktestState.Running, true), (first.State, first.CancelRequested));
        Assert.Equal(BacktestState.Cancelled, second.State);
        Assert.Equal(LeaseRenewal.CancelRequested, await jobs.Claims.RenewAsync(running, Lease, null, CancellationToken.None));
        Assert.True(await jobs.Claims.CancelledAsync(running, CancellationToken.None));
        Assert.Equal(BacktestState.Cancelled, Assert.IsType<BacktestCancelled.Done>(await jobs.Store.CancelAsync(Id(1), CancellationToken.None)).Job.State);
        Assert.IsType<BacktestCancelled.NotFound>(await jobs.Store.CancelAsync(Id(3), CancellationToken.None));
        Assert.Null(await jobs.Claims.ClaimAsync(Id(90), Lease, CancellationToken.None));
    }

    [Fact]
    public async Task Job_when_it_is_cancelled_while_a_process_works_on_it_stops_in_the_middle()
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        await jobs.PastAsync();
        await jobs.RequestAsync(1);
        // It rests for hours after its first thousand, and renews its lease meanwhile.
        var worker = jobs.Worker(new BacktestJobsOptions { RestToWork = 100, LeaseMs = 500 }, new LongRest());
        var work = worker.RunNextAsync(CancellationToken.None);
        await Eventually.HoldsAsync("it has come to its rest", async () => (await jobs.Store.FindAsync(Id(1), CancellationToken.None))!.Progress is not null);

        await jobs.Store.CancelAsync(Id(1), CancellationToken.None);

        Assert.True(await work);
        Assert.Equal(BacktestState.Cancelled, (await jobs.Store.FindAsync(Id(1), CancellationToken.None))!.State);
    }

    [Fact]
    public async Task Job_when_its_process_is_told_to_stop_is_given_back_and_that_was_no_attempt()
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        await jobs.PastAsync();
        await jobs.RequestAsync(1);
        using var stop = new CancellationTokenSource();
        var work = jobs.Worker(new BacktestJobsOptions { RestToWork = 100, LeaseMs = 500 }, new LongRest()).RunNextAsync(stop.Token);
        await Eventually.HoldsAsync("it has come to its rest", async () => (await jobs.Store.FindAsync(Id(1), CancellationToken.None))!.Progress is not null);

        await stop.CancelAsync();
        await work;

        var back = (await jobs.Store.FindAsync(Id(1), CancellationToken.None))!;
        Assert.Equal((BacktestState.Queued, 0, null), (back.State, back.Attempts, back.Progress));
    }

    [Theory]
    [InlineData("unheard-of", "none", "unknown_rules")]
    [InlineData("live", "unheard-of", "unknown_model")]
    public async Task Job_when_what_it_names_is_not_there_has_failed_and_says_so(string rules, string model, string code)
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        await jobs.Store.RequestAsync(Id(1), null, Order with { Rules = rules, Model = model }, "tests", 10, CancellationToken.None);

        Assert.True(await jobs.Worker().RunNextAsync(CancellationToken.None));

        var failed = (await jobs.Store.FindAsync(Id(1), CancellationToken.None))!;
        Assert.Equal((BacktestState.Failed, code), (failed.State, failed.Failure!.Code));
        Assert.IsType<BacktestCancelled.Ended>(await jobs.Store.CancelAsync(Id(1), CancellationToken.None));
    }

    [Fact]
    public async Task Request_when_it_is_repeated_or_too_many_wait_is_answered_as_agreed()
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        Task<BacktestRequested> AskAsync(int n, string? key, BacktestOrder order) => jobs.Store.RequestAsync(Id(n), key, order, "tests", mostOpen: 2, CancellationToken.None);

        Assert.IsType<BacktestRequested.Accepted>(await AskAsync(1, "k", Order));
        Assert.IsType<BacktestRequested.Repeated>(await AskAsync(1, "k", Order));
        Assert.IsType<BacktestRequested.Exists>(await AskAsync(1, null, Order with { Model = "live" }));
        Assert.IsType<BacktestRequested.KeyReused>(await AskAsync(1, "k", Order with { Model = "live" }));
        Assert.IsType<BacktestRequested.KeyReused>(await AskAsync(2, "k", Order));
        // Only one of those that come at once finds room.
        var many = await Task.WhenAll(Enumerable.Range(3, 8).Select(n => AskAsync(n, null, Order)));
        Assert.Equal((1, 7), (many.Count(a => a is BacktestRequested.Accepted), many.Count(a => a is BacktestRequested.Full)));
        Assert.Equal(2, (await jobs.Store.ListAsync(null, 10, CancellationToken.None)).Count);
        Assert.Equal([Id(1)], (await jobs.Store.ListAsync((await jobs.Store.ListAsync(null, 1, CancellationToken.None))[0].Number, 10, CancellationToken.None)).Select(j => j.Id));
    }

    [Fact]
    public async Task Job_when_it_ended_long_ago_is_forgotten_and_one_that_waits_is_not()
    {
        await using var jobs = await Jobs.CreateAsync(infrastructure);
        await jobs.RequestAsync(1);
        await jobs.RequestAsync(2);
        await jobs.Store.CancelAsync(Id(1), CancellationToken.None);
        await jobs.Records.ExecuteAsync("update decisioning.backtest set ended_at = ended_at - interval '401 days' where ended_at is not null");
        using var pruner = new BacktestPruner(jobs.Records.Source, new BacktestJobsOptions(), TimeProvider.System, NullLogger<BacktestPruner>.Instance);

        Assert.Equal(1, await pruner.PruneAsync(CancellationToken.None));
        Assert.Equal([Id(2)], (await jobs.Store.ListAsync(null, 10, CancellationToken.None)).Select(j => j.Id));
    }

    static Guid Id(int n) => new($"018f4e2a-9000-7000-8000-{n:x12}");

    sealed class Jobs : IAsyncDisposable
    {
        Jobs(RecordsDatabase records)
        {
            Records = records;
            Store = new BacktestStore(records.Source, TimeProvider.System);
            Claims = new BacktestClaims(records.Source, TimeProvider.System);
        }

        public RecordsDatabase Records { get; }

        public BacktestStore Store { get; }

        public BacktestClaims Claims { get; }

        public static async Task<Jobs> CreateAsync(TestInfrastructure infrastructure) => new(await RecordsDatabase.CreateAsync(infrastructure));

        /// <summary>Stores a past, and says how many decisions it has.</summary>
        public async Task<int> PastAsync()
        {
            var past = CsCheck.Check.Single(Any, p => p.Transactions.Count > 50, "3n58xwIBiWz3");
            await Records.Lane.RunAsync([.. past.Decide(Strict)]);
            await Records.Lane.RunAsync([.. past.Labels]);
            return past.Transactions.Count;
        }

        public Task<BacktestRequested> RequestAsync(int n) => Store.RequestAsync(Id(n), null, Order, "tests", 10, CancellationToken.None);

        public Task ExpireAsync() => Records.ExecuteAsync("update decisioning.backtest set lease_until = clock_timestamp() - interval '1 second' where state = 'running'");

        public BacktestWorker Worker(BacktestJobsOptions? options = null, TimeProvider? time = null) => new(
            Claims, new BacktestChoices(new RuleSetStore(Records.Source, TimeProvider.System), new PastRules(), new NoModels(), LivePast.Schema, new FeatureEngineOptions()),
            Records.Source, options ?? new BacktestJobsOptions { RestToWork = 0 }, time ?? TimeProvider.System, NullLogger<BacktestWorker>.Instance);

        public ValueTask DisposeAsync() => Records.DisposeAsync();
    }

    sealed class PastRules : IRulesInForce
    {
        public RulesInForce Current { get; } = new(Strict, Shadow: null, ListsSnapshot.None);

        public Task Loaded => Task.CompletedTask;
    }

    // What takes a moment takes an hour by this clock, so that a rest after it never ends; its timers for leases go by the real one.
    sealed class LongRest : TimeProvider
    {
        long _asked;

        public override long GetTimestamp() => Interlocked.Add(ref _asked, 3_600 * TimestampFrequency);

        public override long TimestampFrequency => System.TimestampFrequency;
    }
}
