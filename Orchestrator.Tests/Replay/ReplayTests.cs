using System.Text;
using Orchestrator.Messaging.Replay;
using Orchestrator.Messaging.Workers;
using Orchestrator.Tests.Campaigns;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Replay;

/// <summary>Replays that are stopped in every way there is: each copy is there once, and in its place.</summary>
[Collection(ReplayCollection.Name)]
public sealed class ReplayTests(ReplayFixture fixture)
{
    const int Messages = ReplayFixture.Messages;

    [Fact]
    public async Task Replay_when_the_process_is_killed_in_the_middle_loses_and_doubles_nothing()
    {
        await fixture.AskAsync(1, fixture.Into(1) with { RatePerSecond = 150 });
        var log = new ProcessLog();
        var directory = await ScratchDirectory.CreateAsync("replay-kill");
        await using (var service = LoggedProcess.Start("replay", "Orchestrator.Tests.dll", ReplayService.Environment(fixture.Kafka.BootstrapServers, fixture.ConnectionString), log, directory))
        {
            await Eventually.HoldsAsync($"some copies are there; {log.Tail(5)}", async () => (await fixture.FindAsync(1)).Partitions.Sum(p => p.Taken) > 0);
            await service.KillAsync();
        }
        ScratchDirectory.Delete(directory);
        var left = await fixture.FindAsync(1);
        Assert.Equal(ReplayState.Running, left.State);
        Assert.InRange(fixture.Copies(1), left.Partitions.Sum(p => p.Taken), Messages - 1);
        // Nobody takes it before its lease is over.
        Assert.False(await fixture.Worker.RunNextAsync(CancellationToken.None));

        await fixture.LiftRateAsync(1);
        await fixture.EndLeaseAsync(1);
        var done = await fixture.WorkAsync(1);

        Assert.Equal(ReplayState.Done, done.State);
        CheckWhole(1, done);
    }

    [Fact]
    public async Task Replay_when_it_is_cut_off_and_paused_goes_on_where_it_was()
    {
        await fixture.AskAsync(2, fixture.Into(2) with { RatePerSecond = 60 });
        var working = fixture.Worker.RunNextAsync(CancellationToken.None);
        await Eventually.HoldsAsync("some copies are there", async () => (await fixture.FindAsync(2)).Partitions.Sum(p => p.Taken) > 0);
        await fixture.Kafka.Embedded!.GoDownAsync();
        var before = (await fixture.FindAsync(2)).Partitions.Sum(p => p.Taken);
        await fixture.Kafka.Embedded!.GoUpAsync();
        await Eventually.HoldsAsync("it goes on when the broker is back", async () => (await fixture.FindAsync(2)).Partitions.Sum(p => p.Taken) > before);

        Assert.IsType<ReplayChanged.Done>(await fixture.Store.ChangeAsync(ReplayFixture.Id(2), ReplayChange.Pause, "olga", CancellationToken.None));
        await working;
        var paused = await fixture.FindAsync(2);
        var copies = fixture.Copies(2);
        Assert.Equal(ReplayState.Paused, paused.State);
        Assert.InRange(copies, 1, Messages - 1);
        Assert.False(await fixture.Worker.RunNextAsync(CancellationToken.None));
        Assert.Equal(copies, fixture.Copies(2));

        await fixture.LiftRateAsync(2);
        await fixture.Store.ChangeAsync(ReplayFixture.Id(2), ReplayChange.Resume, "olga", CancellationToken.None);
        CheckWhole(2, await fixture.WorkAsync(2));
        Assert.Equal(
            ["start", "pause", "resume", "end"], (await fixture.Store.AuditOfAsync(ReplayFixture.Id(2), CancellationToken.None)).Select(a => a.Action));
    }

    [Fact]
    public async Task Replay_when_it_is_cancelled_stops_within_its_rate_and_what_it_made_goes_in_its_time()
    {
        var began = TimeProvider.System.GetTimestamp();
        await fixture.AskAsync(3, fixture.Into(3) with { RatePerSecond = 60 });
        var working = fixture.Worker.RunNextAsync(CancellationToken.None);
        await Eventually.HoldsAsync("some copies are there", async () => (await fixture.FindAsync(3)).Partitions.Sum(p => p.Taken) > 10);

        await fixture.Store.ChangeAsync(ReplayFixture.Id(3), ReplayChange.Cancel, "olga", CancellationToken.None);
        await working;
        var elapsed = TimeProvider.System.GetElapsedTime(began);

        var (cancelled, copies) = (await fixture.FindAsync(3), fixture.Copies(3));
        Assert.Equal(ReplayState.Cancelled, cancelled.State);
        Assert.InRange(copies, 10, (60 * (elapsed.TotalSeconds + 0.1)) + 1);
        Assert.IsType<ReplayChanged.Refused>(await fixture.Store.ChangeAsync(ReplayFixture.Id(3), ReplayChange.Resume, "olga", CancellationToken.None));
        Assert.False(await fixture.Expiry.DropNextAsync(CancellationToken.None));
        await fixture.Store.ChangeAsync(ReplayFixture.Id(3), ReplayChange.Drop, "olga", CancellationToken.None);
        Assert.True(await fixture.Expiry.DropNextAsync(CancellationToken.None));
        Assert.Null(await fixture.Parts.Bounds.PartitionsAsync(cancelled.Place, CancellationToken.None));
        Assert.NotNull((await fixture.FindAsync(3)).DroppedAt);
    }

    [Fact]
    public async Task Replay_when_retention_was_there_before_it_says_so_by_name()
    {
        var embedded = fixture.Kafka.Embedded!;
        var topic = fixture.OtherTopic(ReplayFixture.Expiring);
        fixture.Publish(ReplayFixture.InTurn(Messages), topic);
        embedded.DeleteRecords(topic, 0, 5);
        await fixture.AskAsync(4, fixture.Into(4, topic) with { From = new ReplayBound(3) });
        await fixture.AskAsync(5, fixture.Into(5, topic) with { From = new ReplayBound(3), AllowGaps = true });
        await fixture.AskAsync(6, fixture.Into(6, topic) with { RatePerSecond = 10 });
        await fixture.AskAsync(7, fixture.Into(7, topic) with { From = new ReplayBound(3), DryRun = true });
        await fixture.Store.ChangeAsync(ReplayFixture.Id(6), ReplayChange.Pause, "olga", CancellationToken.None);

        var refused = await fixture.WorkAsync(4);
        Assert.Equal((ReplayState.Failed, ReplayFailures.RetentionGap), (refused.State, refused.Failure!.Code));
        Assert.Contains($"{topic}[0] holds nothing before offset 5, up to 2 messages", refused.Failure.Detail, StringComparison.Ordinal);
        var went = await fixture.FindAsync(5);
        Assert.Equal((ReplayState.Done, 2L, Messages - 11L), (went.State, went.Partitions.Sum(p => p.Deleted), went.Partitions.Sum(p => p.Taken)));
        Assert.Equal([2L, 0L, 0L], (await fixture.FindAsync(7)).Plan!.Partitions.Select(p => p.Deleted));

        // And while it runs: it has begun, and what it would read next goes.
        await fixture.Store.ChangeAsync(ReplayFixture.Id(6), ReplayChange.Resume, "olga", CancellationToken.None);
        var working = fixture.Worker.RunNextAsync(CancellationToken.None);
        await Eventually.HoldsAsync("it has begun", async () => (await fixture.FindAsync(6)).Partitions.Sum(p => p.Taken) > 0);
        await fixture.Store.ChangeAsync(ReplayFixture.Id(6), ReplayChange.Pause, "olga", CancellationToken.None);
        await working;
        embedded.DeleteRecords(topic, 2, 250);
        await fixture.Store.ChangeAsync(ReplayFixture.Id(6), ReplayChange.Resume, "olga", CancellationToken.None);
        var gone = await fixture.WorkAsync(6);
        Assert.Equal((ReplayState.Failed, ReplayFailures.RetentionGap), (gone.State, gone.Failure!.Code));
        Assert.Contains($"{topic}[2] from offset", gone.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_when_somebody_else_has_it_or_writes_to_its_topic_goes_no_further()
    {
        await fixture.AskAsync(8, fixture.Into(8));
        var former = (await fixture.Parts.Claims.ClaimAsync(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), TimeSpan.FromMinutes(1), [], CancellationToken.None))!;
        await fixture.EndLeaseAsync(8);
        var later = (await fixture.Parts.Claims.ClaimAsync(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), TimeSpan.FromMinutes(1), [], CancellationToken.None))!;

        await Assert.ThrowsAsync<ReplayFencedException>(() => new ReplayRun(former, fixture.Parts).RunAsync(CancellationToken.None));
        Assert.Equal(LeaseRenewal.Lost, await fixture.Parts.Claims.RenewAsync(former, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.False(await fixture.Parts.Claims.DoneAsync(former, null, CancellationToken.None));
        Assert.Equal(former.Epoch + 1, later.Epoch);
        Assert.True(await fixture.Parts.Claims.GiveBackAsync(later, CancellationToken.None));

        // One that wrote a copy after its time, or anybody else.
        await fixture.Parts.Topics.EnsureAsync(ReplayTarget.TopicOf(ReplayFixture.Id(8)).Name, ReplayFixture.Partitions, TimeSpan.FromHours(1), CancellationToken.None);
        fixture.Publish([new PastMessage(1, 1, "k", "a.v1", "red", "a stranger")], ReplayTarget.TopicOf(ReplayFixture.Id(8)).Name);
        var disturbed = await fixture.WorkAsync(8);
        Assert.Equal((ReplayState.Failed, ReplayFailures.TargetDisturbed), (disturbed.State, disturbed.Failure!.Code));
    }

    [Fact]
    public async Task Request_when_it_comes_again_or_there_are_too_many_is_told_apart()
    {
        var open = (await fixture.Store.ListAsync(null, 200, CancellationToken.None)).Count(r => r.EndedAt is null);
        var order = fixture.Into(9) with { Target = new ReplayTarget(ReplayTargetKind.Projection, "balances") };
        await fixture.AskAsync(9, order);
        Task<ReplayRequested> Ask(int id, ReplayOrder asked, string? key = null, int most = 100) =>
            fixture.Store.RequestAsync(ReplayFixture.Id(id), key, asked, "olga", "the test wants it", most, CancellationToken.None);

        Assert.IsType<ReplayRequested.Repeated>(await Ask(9, order));
        Assert.IsType<ReplayRequested.Exists>(await Ask(9, order with { KeepHours = 5 }));
        Assert.Equal(ReplayFixture.Id(9), Assert.IsType<ReplayRequested.TargetBusy>(await Ask(10, order)).Other);
        Assert.IsType<ReplayRequested.Accepted>(await Ask(10, order with { DryRun = true }, "key"));
        Assert.IsType<ReplayRequested.KeyReused>(await Ask(11, order, "key"));
        Assert.IsType<ReplayRequested.Full>(await Ask(12, fixture.Into(12), most: open + 2));
        // No process here folds balances; a dry run needs none that does.
        Assert.Equal(ReplayState.Queued, (await fixture.WorkAsync(9)).State);
        Assert.Equal(ReplayState.Done, (await fixture.FindAsync(10)).State);
        Assert.IsType<ReplayChanged.Done>(await fixture.Store.ChangeAsync(ReplayFixture.Id(9), ReplayChange.Cancel, "olga", CancellationToken.None));
    }

    void CheckWhole(int id, ReplayJob job)
    {
        Assert.Equal(ReplayState.Done, job.State);
        Assert.Equal(
            Enumerable.Range(0, Messages).OrderBy(n => n % ReplayFixture.Partitions).ThenBy(n => n).Select(n => (n % ReplayFixture.Partitions, (long)(n / ReplayFixture.Partitions), $"body {n}")),
            fixture.Read(id));
        Assert.Equal(
            (Messages, ReplayFixture.InTurn(Messages).Sum(m => Encoding.UTF8.GetByteCount(m.Key) + Encoding.UTF8.GetByteCount(m.Body))),
            (job.Partitions.Sum(p => p.Taken), job.Partitions.Sum(p => p.Bytes)));
    }
}
