using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

/// <summary>A lane that finds an invariant violated stops, and loses and parks nothing.</summary>
public sealed class LaneHaltTests(TestInfrastructure infrastructure)
{
    const string Invariant = "nothing_is_made";

    [Fact]
    public async Task Lane_when_an_invariant_is_violated_takes_nothing_more_until_the_process_is_restarted()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync();
        var lanes = host.Services.GetRequiredService<LaneHost>();
        var halts = new List<string>();
        using var listener = Listen(host.Services.GetRequiredService<IMeterFactory>(), halts);
        fixture.Send(Transaction(Id(1), "a"));
        await fixture.TakenAsync(1);
        fixture.Send(Transaction(Id(2), "a", ("violate", Invariant)));
        await Eventually.HoldsAsync("the lane halts", () => lanes.Status().Single().LanesHalted == 1);
        Assert.Equal($"invariant_violated: {Invariant}", lanes.Status().Single().LastError);
        Assert.Equal([Invariant], halts);

        // What waits at the lane stays, also when the process has to join its group anew; other lanes go on.
        fixture.Send(Transaction(Id(3), "a"));
        for (var i = 0; i < 20; i++)
            fixture.Send(Transaction(Id(100 + i), $"other-{i}"));
        await fixture.TakenAsync(2);
        const string member = "select coalesce(min(member_id::text), '') from messaging.member";
        var before = await fixture.ScalarAsync<string>(member);
        await fixture.ExecuteAsync("select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory' and l.pid <> pg_backend_pid() and l.database = (select oid from pg_database where datname = current_database())");
        await Eventually.HoldsAsync("it joins anew", async () => await fixture.ScalarAsync<string>(member) is { Length: > 0 } now && now != before);
        fixture.Behaviour.Failing = false;
        fixture.Send(Transaction(Id(200), "other-1"));
        var elsewhere = await fixture.ScalarAsync<string>("select key from effect where lane <> (select lane from effect order by n limit 1) limit 1");
        fixture.Send(Transaction(Id(201), elsewhere));
        await Eventually.HoldsAsync("other lanes go on", async () => (await fixture.EffectsAsync(elsewhere)).Contains(Id(201)));
        await Eventually.HoldsAsync("all lanes run", () => lanes.Status().Single() is { LanesOwned: Partitions, LanesHalted: 1 });
        Assert.Equal([Id(1)], await fixture.EffectsAsync("a"));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));

        await fixture.StopServiceAsync(host);
        await fixture.StartServiceAsync();
        await fixture.TakenAsync(25);
        Assert.Equal([Id(1), Id(2), Id(3)], await fixture.EffectsAsync("a"));
    }

    static MeterListener Listen(IMeterFactory meters, List<string> halts)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "orchestrator.lanes.halts")
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => halts.Add((string)tags[1].Value!));
        listener.Start();
        return listener;
    }
}
