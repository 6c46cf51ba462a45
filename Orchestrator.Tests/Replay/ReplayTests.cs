using System.Text;
using Orchestrator.Messaging.Replay;
using Orchestrator.Tests.Campaigns;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Replay;

/// <summary>Replays that are stopped in every way there is: each copy is there once, and in its place.</summary>
public sealed class ReplayTests(TestInfrastructure infrastructure) : IAsyncLifetime
{
    const int Messages = 900;

    ReplayFixture _fixture = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await ReplayFixture.CreateAsync(infrastructure);
        _fixture.Publish(ReplayFixture.InTurn(Messages));
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Replay_when_the_process_is_killed_in_the_middle_loses_and_doubles_nothing()
    {
        await _fixture.AskAsync(1, _fixture.Into(1) with { RatePerSecond = 1_500 });
        var log = new ProcessLog();
        var directory = await ScratchDirectory.CreateAsync("replay-kill");
        await using (var service = LoggedProcess.Start("replay", "Orchestrator.Tests.dll", ReplayService.Environment(_fixture.Kafka.BootstrapServers, _fixture.ConnectionString), log, directory))
        {
            await Eventually.HoldsAsync($"some copies are there; {log.Tail(5)}", async () => (await _fixture.FindAsync(1)).Partitions.Sum(p => p.Taken) > 0);
            await service.KillAsync();
        }
        ScratchDirectory.Delete(directory);
        var left = await _fixture.FindAsync(1);
        Assert.Equal(ReplayState.Running, left.State);
        Assert.InRange(_fixture.Copies(1), left.Partitions.Sum(p => p.Taken), Messages - 1);
        // Nobody takes it before its lease is over.
        Assert.False(await _fixture.Worker.RunNextAsync(CancellationToken.None));

        await _fixture.EndLeaseAsync(1);
        var done = await _fixture.WorkAsync(1);

        Assert.Equal(ReplayState.Done, done.State);
        CheckWhole(1, done);
    }

    [Fact]
    public async Task Replay_when_it_is_paused_stops_and_goes_on_where_it_was()
    {
        await _fixture.AskAsync(2, _fixture.Into(2) with { RatePerSecond = 1_000 });
        var working = _fixture.Worker.RunNextAsync(CancellationToken.None);
        await Eventually.HoldsAsync("some copies are there", async () => (await _fixture.FindAsync(2)).Partitions.Sum(p => p.Taken) > 0);

        Assert.IsType<ReplayChanged.Done>(await _fixture.Store.ChangeAsync(ReplayFixture.Id(2), ReplayChange.Pause, "olga", CancellationToken.None));
        await working;
        var paused = await _fixture.FindAsync(2);
        var copies = _fixture.Copies(2);
        Assert.Equal(ReplayState.Paused, paused.State);
        Assert.InRange(copies, 1, Messages - 1);
        Assert.False(await _fixture.Worker.RunNextAsync(CancellationToken.None));
        Assert.Equal(copies, _fixture.Copies(2));

        await _fixture.Store.ChangeAsync(ReplayFixture.Id(2), ReplayChange.Resume, "olga", CancellationToken.None);
        CheckWhole(2, await _fixture.WorkAsync(2));
        Assert.Equal(
            ["start", "pause", "resume", "end"], (await _fixture.Store.AuditOfAsync(ReplayFixture.Id(2), CancellationToken.None)).Select(a => a.Action));
    }

    [Fact]
    public async Task Replay_when_it_is_cancelled_stops_within_its_rate_and_what_it_made_goes_in_its_time()
    {
        var began = TimeProvider.System.GetTimestamp();
        await _fixture.AskAsync(3, _fixture.Into(3) with { RatePerSecond = 100 });
        var working = _fixture.Worker.RunNextAsync(CancellationToken.None);
        await Eventually.HoldsAsync("some copies are there", async () => (await _fixture.FindAsync(3)).Partitions.Sum(p => p.Taken) > 10);

        await _fixture.Store.ChangeAsync(ReplayFixture.Id(3), ReplayChange.Cancel, "olga", CancellationToken.None);
        await working;
        var elapsed = TimeProvider.System.GetElapsedTime(began);

        var (cancelled, copies) = (await _fixture.FindAsync(3), _fixture.Copies(3));
        Assert.Equal(ReplayState.Cancelled, cancelled.State);
        Assert.InRange(copies, 10, (100 * (elapsed.TotalSeconds + 0.1)) + 1);
        Assert.IsType<ReplayChanged.Refused>(await _fixture.Store.ChangeAsync(ReplayFixture.Id(3), ReplayChange.Resume, "olga", CancellationToken.None));
        Assert.False(await _fixture.Expiry.DropNextAsync(CancellationToken.None));
        await _fixture.Store.ChangeAsync(ReplayFixture.Id(3), ReplayChange.Drop, "olga", CancellationToken.None);
        Assert.True(await _fixture.Expiry.DropNextAsync(CancellationToken.None));
        Assert.Null(await _fixture.Parts.Bounds.PartitionsAsync(cancelled.Place, CancellationToken.None));
        Assert.NotNull((await _fixture.FindAsync(3)).DroppedAt);
    }

    [Fact]
    public async Task Replay_when_retention_was_there_before_it_says_so_by_name()
    {
        var embedded = _fixture.Kafka.Embedded!;
        embedded.DeleteRecords(_fixture.Topic, 0, 5);
        await _fixture.AskAsync(4, _fixture.Into(4) with { From = new ReplayBound(3) });
        await _fixture.AskAsync(5, _fixture.Into(5) with { From = new ReplayBound(3), AllowGaps = true });
        await _fixture.AskAsync(6, _fixture.Into(6) with { RatePerSecond = 10 });
        await _fixture.AskAsync(7, _fixture.Into(7) with { From = new ReplayBound(3), DryRun = true });
        await _fixture.Store.ChangeAsync(ReplayFixture.Id(6), ReplayChange.Pause, "olga", CancellationToken.None);

        var refused = await _fixture.WorkAsync(4);
        Assert.Equal((ReplayState.Failed, ReplayFailures.RetentionGap), (refused.State, refused.Failure!.Code));
        Assert.Contains($"{_fixture.Topic}[0] holds nothing before offset 5, up to 2 messages", refused.Failure.Detail, StringComparison.Ordinal);
        var went = await _fixture.FindAsync(5);
        Assert.Equal((ReplayState.Done, 2L, Messages - 11L), (went.State, went.Partitions.Sum(p => p.Deleted), went.Partitions.Sum(p => p.Taken)));
        Assert.Equal([2L, 0L, 0L], (await _fixture.FindAsync(7)).Plan!.Partitions.Select(p => p.Deleted));

        // And while it runs: it has begun, and what it would read next goes.
        await _fixture.Store.ChangeAsync(ReplayFixture.Id(6), ReplayChange.Resume, "olga", CancellationToken.None);
        var working = _fixture.Worker.RunNextAsync(CancellationToken.None);
        await Eventually.HoldsAsync("it has begun", async () => (await _fixture.FindAsync(6)).Partitions.Sum(p => p.Taken) > 0);
        await _fixture.Store.ChangeAsync(ReplayFixture.Id(6), ReplayChange.Pause, "olga", CancellationToken.None);
        await working;
        embedded.DeleteRecords(_fixture.Topic, 2, 250);
        await _fixture.Store.ChangeAsync(ReplayFixture.Id(6), ReplayChange.Resume, "olga", CancellationToken.None);
        var gone = await _fixture.WorkAsync(6);
        Assert.Equal((ReplayState.Failed, ReplayFailures.RetentionGap), (gone.State, gone.Failure!.Code));
        Assert.Contains($"{_fixture.Topic}[2] from offset", gone.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_when_somebody_else_has_it_or_writes_to_its_topic_goes_no_further()
    {
        await _fixture.AskAsync(8, _fixture.Into(8));
        var former = (await _fixture.Parts.Claims.ClaimAsync(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), TimeSpan.FromMinutes(1), [], CancellationToken.None))!;
        await _fixture.EndLeaseAsync(8);
        var later = (await _fixture.Parts.Claims.ClaimAsync(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), TimeSpan.FromMinutes(1), [], CancellationToken.None))!;

        await Assert.ThrowsAsync<ReplayFencedException>(() => new ReplayRun(former, _fixture.Parts).RunAsync(CancellationToken.None));
        Assert.Equal(ReplayRenewal.Lost, await _fixture.Parts.Claims.RenewAsync(former, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.False(await _fixture.Parts.Claims.DoneAsync(former, null, CancellationToken.None));
        Assert.Equal(former.Epoch + 1, later.Epoch);
        Assert.True(await _fixture.Parts.Claims.GiveBackAsync(later, CancellationToken.None));

        // One that wrote a copy after its time, or anybody else.
        await _fixture.Parts.Topics.EnsureAsync(ReplayTarget.TopicOf(ReplayFixture.Id(8)).Name, ReplayFixture.Partitions, TimeSpan.FromHours(1), CancellationToken.None);
        _fixture.Publish([new PastMessage(1, 1, "k", "a.v1", "red", "a stranger")], ReplayTarget.TopicOf(ReplayFixture.Id(8)).Name);
        var disturbed = await _fixture.WorkAsync(8);
        Assert.Equal((ReplayState.Failed, ReplayFailures.TargetDisturbed), (disturbed.State, disturbed.Failure!.Code));
    }

    [Fact]
    public async Task Request_when_it_comes_again_or_there_are_too_many_is_told_apart()
    {
        var order = _fixture.Into(9) with { Target = new ReplayTarget(ReplayTargetKind.Projection, "balances") };
        await _fixture.AskAsync(9, order);
        Task<ReplayRequested> Ask(int id, ReplayOrder asked, string? key = null, int most = 100) =>
            _fixture.Store.RequestAsync(ReplayFixture.Id(id), key, asked, "olga", "the test wants it", most, CancellationToken.None);

        Assert.IsType<ReplayRequested.Repeated>(await Ask(9, order));
        Assert.IsType<ReplayRequested.Exists>(await Ask(9, order with { KeepHours = 5 }));
        Assert.Equal(ReplayFixture.Id(9), Assert.IsType<ReplayRequested.TargetBusy>(await Ask(10, order)).Other);
        Assert.IsType<ReplayRequested.Accepted>(await Ask(10, order with { DryRun = true }, "key"));
        Assert.IsType<ReplayRequested.KeyReused>(await Ask(11, order, "key"));
        Assert.IsType<ReplayRequested.Full>(await Ask(12, _fixture.Into(12), most: 2));
        // No process here folds balances; a dry run needs none that does.
        Assert.Equal(ReplayState.Queued, (await _fixture.WorkAsync(9)).State);
        Assert.Equal(ReplayState.Done, (await _fixture.FindAsync(10)).State);
    }

    void CheckWhole(int id, ReplayJob job)
    {
        Assert.Equal(ReplayState.Done, job.State);
        Assert.Equal(
            Enumerable.Range(0, Messages).OrderBy(n => n % ReplayFixture.Partitions).ThenBy(n => n).Select(n => (n % ReplayFixture.Partitions, (long)(n / ReplayFixture.Partitions), $"body {n}")),
            _fixture.Read(id));
        Assert.Equal(
            (Messages, ReplayFixture.InTurn(Messages).Sum(m => Encoding.UTF8.GetByteCount(m.Key) + Encoding.UTF8.GetByteCount(m.Body))),
            (job.Partitions.Sum(p => p.Taken), job.Partitions.Sum(p => p.Bytes)));
    }
}
