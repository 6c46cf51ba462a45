using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Ledger.Projections;
using Orchestrator.Ledger.Projections.Balances;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Projections;

/// <summary>Generations are built beside each other on a ledger at work, and take each other's place.</summary>
public sealed class RebuildTests(TestInfrastructure infrastructure)
{
    const int Accounts = 12;

    [Fact]
    public async Task Generation_when_it_is_built_while_events_come_does_hold_each_once_and_take_over()
    {
        await using var fixture = await ProjectionFixture.CreateAsync(infrastructure);
        // Two processes share the lanes, and race for each step.
        (string, string)[] settings = [("Projections:CopyBatch", "7"), ("Projections:CaughtUpLag", "3")];
        var host = await fixture.StartAsync(new CountingProjection(1), settings);
        await fixture.StartAsync(new CountingProjection(1), settings);
        await OpenAsync(fixture);
        await fixture.FoldedAsync(await fixture.ServedAsync("counting", 1));
        using var traffic = new CancellationTokenSource();
        var sending = SendAsync(fixture, traffic.Token);

        var accepted = Assert.IsType<RebuildOutcome.Accepted>(await fixture.Catalog.RequestAsync("counting", RebuildSource.Store, default));
        Assert.Equal(2, accepted.Generation);
        await fixture.ServedAsync("counting", 2);
        Assert.IsType<RebuildOutcome.Accepted>(await fixture.Catalog.RequestAsync("counting", RebuildSource.Topic, default));
        await fixture.ServedAsync("balances", 1);
        Assert.IsType<RebuildOutcome.Accepted>(await fixture.Catalog.RequestAsync("balances", RebuildSource.Topic, default));
        var counting = await fixture.ServedAsync("counting", 3);
        await fixture.ServedAsync("balances", 2);

        await traffic.CancelAsync();
        await fixture.EventsAsync((2 * Accounts) + await sending);
        await AssertAgreesAsync(fixture, host, counting);
        await AssertAgreesAsync(fixture, host, await fixture.ServedAsync("balances", 2));
        // What is over has left nothing.
        Assert.Equal(2L, await fixture.ScalarAsync<long>("select count(*) from pg_namespace where nspname like 'ledger\\_%\\_%'"));
        Assert.Equal(2L, await fixture.ScalarAsync<long>("select count(*) from messaging.lane_group where name like 'ledger-%'"));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.inbox i join messaging.lane_group g using (group_id) where g.name like 'ledger-%'"));
        var lanes = await fixture.ScalarAsync<string[]>($"select array_agg(distinct account_id || ' ' || lane order by account_id || ' ' || lane) from {counting.Schema}.counted");
        Assert.Equal(Names().Select(a => $"{a} {KeyPartition.Of(a, ProjectionFixture.Partitions)}").Order(StringComparer.Ordinal), lanes);
    }

    [Fact]
    public async Task Events_when_the_topic_repeats_them_all_are_folded_once()
    {
        await using var fixture = await ProjectionFixture.CreateAsync(infrastructure);
        var host = await fixture.StartAsync(new CountingProjection(1));
        await OpenAsync(fixture);
        var served = await fixture.ServedAsync("counting", 1);
        await fixture.FoldedAsync(served);

        var events = fixture.ReadEvents(2 * Accounts);
        fixture.Repeat(events);
        fixture.Send(Commands.Credit(1, "account-1", 5));

        await fixture.EventsAsync((2 * Accounts) + 1);
        await AssertAgreesAsync(fixture, host, served);
        // Where the account's key falls is what the topic's own partitions say.
        Assert.All(events, e => Assert.Equal(e.Partition.Value, KeyPartition.Of(Encoding.UTF8.GetString(e.Message.Key), ProjectionFixture.Partitions)));
        // And a generation that reads them all twice from the topic.
        await fixture.Catalog.RequestAsync("counting", RebuildSource.Topic, default);
        await AssertAgreesAsync(fixture, host, await fixture.ServedAsync("counting", 2));
    }

    [Fact]
    public async Task Building_when_it_dies_in_the_middle_goes_on_where_it_was()
    {
        await using var fixture = await ProjectionFixture.CreateAsync(infrastructure);
        var first = await fixture.StartAsync(new CountingProjection(1));
        await OpenAsync(fixture);
        await fixture.FoldedAsync(await fixture.ServedAsync("counting", 1));
        await fixture.StopAsync(first);

        // The first steps are committed, then each one dies between what it has folded and its commit.
        var steps = 0;
        var dying = await fixture.StartAsync(
            new CountingProjection(2, () => _ = Interlocked.Increment(ref steps) > 3 ? throw new InvalidOperationException("dies here") : 0),
            ("Projections:CopyBatch", "4"));
        await Eventually.HoldsAsync("it has died", async () => (await BuildingAsync(fixture))?.Error?.Contains("dies here", StringComparison.Ordinal) is true);
        var copied = await fixture.ScalarAsync<long>("select copied_events from ledger.projection where name = 'counting' and generation = 2");
        Assert.InRange(copied, 1, (2 * Accounts) - 1);
        Assert.Equal(copied, await fixture.ScalarAsync<long>("select count(*) from ledger_counting_2.counted"));
        // Until then readers have what they had.
        Assert.Equal(1, (await fixture.Catalog.ServedAsync("counting", default))!.Number);
        Assert.IsType<RebuildOutcome.Running>(await fixture.Catalog.RequestAsync("counting", RebuildSource.Store, default));
        await fixture.StopAsync(dying);

        var host = await fixture.StartAsync(new CountingProjection(2), ("Projections:CopyBatch", "4"));
        var served = await fixture.ServedAsync("counting", 2);
        Assert.Equal(2, served.Version);
        fixture.Send(Commands.Credit(1, "account-1", 5));
        await fixture.EventsAsync((2 * Accounts) + 1);
        await AssertAgreesAsync(fixture, host, served);
    }

    [Fact]
    public async Task Generation_when_newer_code_comes_while_it_is_built_is_given_up_for_one_of_that()
    {
        await using var fixture = await ProjectionFixture.CreateAsync(infrastructure);
        var first = await fixture.StartAsync(new CountingProjection(1));
        await OpenAsync(fixture);
        await fixture.FoldedAsync(await fixture.ServedAsync("counting", 1));
        await fixture.StopAsync(first);
        var stuck = await fixture.StartAsync(new CountingProjection(2, () => throw new InvalidOperationException("a bug")));
        await Eventually.HoldsAsync("it is stuck", async () => (await BuildingAsync(fixture))?.Error is not null);
        await fixture.StopAsync(stuck);

        var host = await fixture.StartAsync(new CountingProjection(3));

        var served = await fixture.ServedAsync("counting", 3);
        Assert.Equal(3, served.Version);
        await AssertAgreesAsync(fixture, host, served);
    }

    [Fact]
    public async Task Readers_when_a_generation_is_dropped_under_them_go_on_with_the_next()
    {
        await using var fixture = await ProjectionFixture.CreateAsync(infrastructure);
        await fixture.StartAsync(new CountingProjection(1));
        await OpenAsync(fixture);
        await fixture.FoldedAsync(await fixture.ServedAsync("balances", 1));
        var reader = new ProjectionReader(fixture.Catalog);
        var asked = new List<int>();

        var posted = await reader.ReadAsync(BalancesProjection.ProjectionName, async (served, stop) =>
        {
            asked.Add(served.Number);
            if (served.Number == 1)
            {
                // The reader has looked up the first one; it goes before the reader asks.
                await fixture.Catalog.RequestAsync(served.Name, RebuildSource.Store, stop);
                await fixture.ServedAsync(served.Name, 2);
            }
            return await fixture.ScalarAsync<long>($"select posted_minor from {served.Schema}.day where account_id = 'account-1'");
        }, default);

        Assert.Equal([1, 2], asked);
        Assert.Equal(100, posted);
        await Assert.ThrowsAsync<ProjectionNotReadyException>(() => reader.ReadAsync("unheard_of", (_, _) => Task.FromResult(0), default));
        var failure = await Assert.ThrowsAsync<ProjectionNotReadyException>(
            () => reader.ReadAsync("balances", (served, _) => fixture.ScalarAsync<long>($"select new_column from {served.Schema}.day"), default));
        Assert.IsType<PostgresException>(failure.InnerException);
    }

    static IEnumerable<string> Names() => Enumerable.Range(1, Accounts).Select(n => $"account-{n}");

    static Task OpenAsync(ProjectionFixture fixture)
    {
        foreach (var account in Names())
            fixture.Send(Commands.Open(account, 100));
        return fixture.EventsAsync(2 * Accounts);
    }

    // Until it is cancelled; a few at a time, so that there is always something under way and never much.
    static async Task<int> SendAsync(ProjectionFixture fixture, CancellationToken stop)
    {
        var sent = 0;
        while (!stop.IsCancellationRequested)
        {
            foreach (var account in Names())
                fixture.Send(Commands.Credit(++sent, account, 1));
            await fixture.EventsAsync((2 * Accounts) + sent);
        }
        return sent;
    }

    static async Task<ProjectionGeneration?> BuildingAsync(ProjectionFixture fixture) =>
        (await fixture.Catalog.LiveAsync("counting", default)).FirstOrDefault(g => g.IsBuilding);

    static async Task AssertAgreesAsync(ProjectionFixture fixture, Microsoft.Extensions.Hosting.IHost host, ServedGeneration served)
    {
        await fixture.FoldedAsync(served);
        var found = Assert.IsType<CheckOutcome.Checked>(await host.Services.GetRequiredService<ProjectionCheck>().RunAsync(served.Name, default)).View;
        Assert.Equal((true, null, served.Number, 0L), (found.Agrees, found.Difference, found.Generation, found.EventsBehind));
    }
}
