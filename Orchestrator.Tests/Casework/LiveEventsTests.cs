using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Casework.Events;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

/// <summary>Whoever listens hears everything once, in its order, and goes on where it was.</summary>
public sealed class LiveEventsTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Listener_hears_what_fits_from_now_on_or_from_where_it_was()
    {
        await using var db = await CreateAsync(infrastructure);
        using var live = new LiveEvents(db.Events, db.Time, NullLogger<LiveEvents>.Instance);
        await RaiseAsync(db, 1, 10);
        await using var fromNow = (await live.ListenAsync(e => e.Kind == EventKinds.AlertRaised, after: null, CancellationToken.None))!;
        await RaiseAsync(db, 11, 20);
        await live.RunOnceAsync(CancellationToken.None);
        await using var resumed = (await live.ListenAsync(e => e.Kind == EventKinds.AlertRaised, after: 4, CancellationToken.None))!;
        await RaiseAsync(db, 21, 25);
        await live.RunOnceAsync(CancellationToken.None);

        var heard = await TakeAsync(fromNow, 15);
        var again = await TakeAsync(resumed, 25);

        Assert.Equal(heard.Select(e => e.Number), again.Where(e => e.Number >= heard[0].Number).Select(e => e.Number));
        Assert.All(heard.Zip(heard.Skip(1)), pair => Assert.True(pair.First.Number < pair.Second.Number));
        Assert.Equal(25, again[^1].Body.GetProperty("score").GetInt32() - 100);
        Assert.Equal(2, live.Listeners);
    }

    [Fact]
    public async Task Listener_that_is_too_slow_is_dropped_and_others_go_on()
    {
        await using var db = await CreateAsync(infrastructure);
        using var live = new LiveEvents(db.Events, db.Time, NullLogger<LiveEvents>.Instance);
        await using var slow = (await live.ListenAsync(_ => true, after: null, CancellationToken.None))!;
        await using var choosy = (await live.ListenAsync(e => e.AccountId == "account-700", after: null, CancellationToken.None))!;
        await RaiseAsync(db, 1, 700);
        for (var i = 0; i < 10; i++)
            await live.RunOnceAsync(CancellationToken.None);

        Assert.Equal(1, live.Listeners);
        var count = 0;
        await foreach (var _ in slow.ReadAsync(CancellationToken.None))
            count++;
        Assert.Equal(LiveEvents.MaxBehind, count);
        Assert.Equal(2, (await TakeAsync(choosy, 2)).Count);
    }

    [Fact]
    public async Task Listeners_are_bounded()
    {
        await using var db = await CreateAsync(infrastructure);
        using var live = new LiveEvents(db.Events, db.Time, NullLogger<LiveEvents>.Instance);
        var listeners = new List<LiveEvents.Listener?>();
        for (var i = 0; i <= LiveEvents.MaxListeners; i++)
            listeners.Add(await live.ListenAsync(_ => true, after: null, CancellationToken.None));

        Assert.Null(listeners[^1]);
        await listeners[0]!.DisposeAsync();
        Assert.NotNull(await live.ListenAsync(_ => true, after: null, CancellationToken.None));
    }

    static async Task RaiseAsync(CaseworkDatabase db, int first, int last)
    {
        await db.TakeAsync([.. Enumerable.Range(first, last - first + 1).Select(i => Alert(i, account: $"account-{i}", score: i % 900 + 100))]);
        while (await db.Relay.RunOnceAsync(CancellationToken.None) > 0)
        {
        }
    }

    static async Task<List<CaseEvent>> TakeAsync(LiveEvents.Listener listener, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var heard = new List<CaseEvent>();
        await foreach (var happened in listener.ReadAsync(limit.Token))
        {
            heard.Add(happened);
            if (heard.Count == count)
                break;
        }
        return heard;
    }
}
