using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Schema;
using Orchestrator.Sagas;
using Orchestrator.Sagas.Attention;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;
using Orchestrator.Tests.Sagas;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Operations;

/// <summary>What people should see is kept in the unit of work that moves the sagas, costs the usual way nothing, and is found quickly.</summary>
public sealed class AttentionTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Attention_when_a_transaction_is_held_shows_it_until_somebody_has_decided()
    {
        await using var sagas = await PipelineAsync();
        var lane = await LaneAsync(sagas);
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Review));
        Assert.Empty((await ListAsync(new AttentionFilter())).Items);

        await lane.TakeAsync(HoldPlaced());

        var entry = Assert.Single((await ListAsync(new AttentionFilter(["Held"], IsStuck: false))).Items);
        Assert.Equal(
            (Id, "Held", false, Noon, (DateTimeOffset?)Noon.AddHours(24), 1_250L, "EUR", "alice", "bob", 700, 0),
            (entry.TransactionId, entry.State, entry.IsStuck, entry.Since, entry.DeadlineAt, entry.AmountMinor, entry.Currency, entry.AccountId, entry.DestinationAccountId, entry.Score, entry.Repeats));

        await lane.WaitAsync(TimeSpan.FromHours(22));
        Assert.Equal((1, Noon), (await ListAsync(new AttentionFilter())).Items.Single() is var warned ? (warned.Repeats, warned.Since) : default);

        await lane.TakeAsync(Reviewed());
        Assert.Empty((await ListAsync(new AttentionFilter())).Items);
    }

    [Fact]
    public async Task Attention_when_the_ledger_does_not_answer_shows_what_is_stuck_until_it_does()
    {
        await using var sagas = await PipelineAsync();
        var lane = await LaneAsync(sagas);
        await lane.TakeAsync(Submitted());
        await lane.TakeAsync(Assessed());

        await lane.WaitAsync(TimeSpan.FromSeconds(4 * 60));
        Assert.Empty((await ListAsync(new AttentionFilter())).Items);
        await lane.WaitAsync(TimeSpan.FromSeconds(2 * 60));

        var stuck = Assert.Single((await ListAsync(new AttentionFilter(IsStuck: true))).Items);
        Assert.Equal(("Posting", 5), (stuck.State, stuck.Repeats));
        await lane.WaitAsync(TimeSpan.FromMinutes(25));
        var later = Assert.Single((await ListAsync(new AttentionFilter(IsStuck: true))).Items);
        Assert.Equal(stuck.Since, later.Since);
        Assert.True(later.Repeats > 5);
        Assert.Equal(1, (await Reader.CountAsync(CancellationToken.None))["stuck"]);

        await lane.TakeAsync(HoldCaptured());
        Assert.Empty((await ListAsync(new AttentionFilter())).Items);
    }

    [Fact]
    public async Task Attention_when_nothing_is_unusual_writes_nothing()
    {
        await using var sagas = await PipelineAsync();
        var lane = await LaneAsync(sagas);
        var ids = Ids(50);
        await lane.TakeAsync(ids.Select(id => Submitted(id)));
        await lane.TakeAsync(ids.Select(id => Assessed(id: id)));
        await lane.TakeAsync(ids.Select(id => HoldCaptured(id)));

        // Each of the three units wrote the sagas and the tally.
        Assert.Equal(6, lane.Writes);
        Assert.Equal(50, (await Tally(sagas).ReadAsync(CancellationToken.None)).Completed);
    }

    [Fact]
    public async Task Attention_when_it_is_listed_in_pages_has_every_row_once_in_every_order()
    {
        await using var sagas = await PipelineAsync();
        var lane = await LaneAsync(sagas);
        foreach (var group in Ids(23).Chunk(5))
        {
            await lane.WaitAsync(TimeSpan.FromSeconds(1));
            await lane.TakeAsync(group.SelectMany(id => new object[] { Submitted(id), Assessed(FraudOutcome.Review, id), HoldPlaced(id) }));
        }
        foreach (var order in Enum.GetValues<AttentionOrder>())
        {
            var seen = new List<AttentionEntry>();
            AttentionCursor? after = null;
            do
            {
                var (items, next) = await Reader.ListAsync(new AttentionFilter(), order, after, 5, CancellationToken.None);
                seen.AddRange(items);
                after = next is { } cursor ? AttentionCursor.Parse(cursor.ToString()) : null;
            }
            while (after is not null);
            Assert.Equal(Ids(23).Order(), seen.Select(s => s.TransactionId).Order());
            Assert.Equal(seen.OrderBy(s => order == AttentionOrder.Amount ? 0 : s.Since.Ticks).Select(s => s.Since), seen.Select(s => s.Since));
        }
        Assert.Equal(10, (await ListAsync(new AttentionFilter(SinceBefore: Noon.AddSeconds(3)))).Items.Count);
        Assert.Equal(5, (await ListAsync(new AttentionFilter(SinceAfter: Noon.AddSeconds(2), SinceBefore: Noon.AddSeconds(3)))).Items.Count);
        Assert.Equal(5, (await ListAsync(new AttentionFilter(ExpiresBefore: Noon.AddHours(24).AddSeconds(2)))).Items.Count);
        Assert.Empty((await ListAsync(new AttentionFilter(MinAmountMinor: 1_251))).Items);
        Assert.Equal(23, (await ListAsync(new AttentionFilter(MinAmountMinor: 1_250, MaxAmountMinor: 1_250, Currency: "EUR", AccountId: "bob"))).Items.Count);
        Assert.Empty((await ListAsync(new AttentionFilter(AccountId: "carol"))).Items);
    }

    [Fact]
    public async Task Migration_when_transactions_are_held_already_shows_them()
    {
        await using var sagas = await PipelineAsync();
        var lane = await LaneAsync(sagas);
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Review), HoldPlaced());
        var before = (await ListAsync(new AttentionFilter())).Items.Single();
        await ExecuteAsync("drop table sagas.attention");

        await ExecuteAsync(await new StreamReader(
            typeof(Migrations).Assembly.GetManifestResourceStream("migrations/0067_sagas_attention.sql")!).ReadToEndAsync(CancellationToken.None));

        Assert.Equal(before, (await ListAsync(new AttentionFilter())).Items.Single());
    }

    [Fact]
    public async Task Warning_when_the_timer_of_a_hold_did_not_come_is_found_missing()
    {
        await using var sagas = await PipelineAsync();
        var lane = await LaneAsync(sagas);
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Review), HoldPlaced());
        var warnings = new HoldWarnings(Reader, Search(sagas), Microsoft.Extensions.Options.Options.Create(new TransactionSagaOptions()));

        Assert.Empty(await warnings.MissingAsync(Noon.AddHours(22), 100, CancellationToken.None));
        var missing = Assert.Single(await warnings.MissingAsync(Noon.AddHours(22).AddMinutes(3), 100, CancellationToken.None));

        // The timer comes after all: the saga's alert is the same one.
        var raised = Assert.Single((await lane.WaitAsync(TimeSpan.FromHours(22))).OfType<Contracts.Alerts.AlertRaised>());
        Assert.Equal((raised.AlertId, raised.Kind, raised.AccountId), (missing.AlertId, missing.Kind, missing.AccountId));
        Assert.Equal(raised.Reasons, missing.Reasons);
        Assert.Empty(await warnings.MissingAsync(Noon.AddHours(23), 100, CancellationToken.None));
    }

    [Fact]
    public async Task Overdue_when_a_timer_did_not_come_is_found_by_the_walk_and_where_it_is_seen_at_once()
    {
        await using var sagas = await PipelineAsync();
        var lane = await LaneAsync(sagas);
        var ids = Ids(3);
        await lane.TakeAsync(Submitted(ids[0]), Submitted(ids[1]), Assessed(FraudOutcome.Review, ids[1]), HoldPlaced(ids[1]), Submitted(ids[2]), Assessed(id: ids[2]), HoldCaptured(ids[2]));
        var overdue = new OverdueTransactions(Database);

        var (found, next) = await overdue.WalkAsync(Guid.Empty, Noon.AddMinutes(15), CancellationToken.None);
        Assert.Equal((ids[0], "Assessing", "alice"), found.Single() is var one ? (one.TransactionId, one.State, one.AccountId) : default);
        Assert.Null(next);
        Assert.Equal(ids.Take(2).Order(), (await overdue.WalkAsync(Guid.Empty, Noon.AddHours(25), CancellationToken.None)).Found.Select(f => f.TransactionId));
        Assert.Empty(await overdue.SeenAsync(Noon.AddHours(23), CancellationToken.None));
        Assert.Equal(ids[1], Assert.Single(await overdue.SeenAsync(Noon.AddHours(25), CancellationToken.None)).TransactionId);
    }

    [Fact]
    public async Task Search_when_there_are_many_finds_by_the_beginning_of_an_id_and_by_words()
    {
        await using var sagas = await PipelineAsync();
        var lane = await LaneAsync(sagas);
        var ids = Ids(20);
        await lane.TakeAsync(ids.SelectMany(id => new object[] { Submitted(id), Assessed(FraudOutcome.Decline, id) }));
        var search = Search(sagas);

        var one = await search.WalkAsync(new TransactionFilter(), IdRange.Of($"{ids[7]}"[..12]), after: null, 10, CancellationToken.None);
        Assert.Equal(ids[7], Assert.Single(one.Items).CorrelationId);
        Assert.Null(one.Next);
        Assert.Equal(20, (await search.WalkAsync(new TransactionFilter(Words: "MANY in an"), within: null, after: null, 100, CancellationToken.None)).Items.Count);
        Assert.Empty((await search.WalkAsync(new TransactionFilter(Words: "100%"), within: null, after: null, 100, CancellationToken.None)).Items);
        Assert.Empty((await search.WalkAsync(new TransactionFilter(ChangedBefore: Noon), within: null, after: null, 100, CancellationToken.None)).Items);
        var page = await search.WalkAsync(new TransactionFilter(State: "Declined", AccountId: "bob", ChangedAfter: Noon), within: null, after: null, 15, CancellationToken.None);
        Assert.Equal((15, 5), (page.Items.Count, (await search.WalkAsync(new TransactionFilter(State: "Declined"), within: null, page.Next, 15, CancellationToken.None)).Items.Count));
    }

    AttentionReader Reader => new(Database);

    Task<(IReadOnlyList<AttentionEntry> Items, AttentionCursor? Next)> ListAsync(AttentionFilter filter) =>
        Reader.ListAsync(filter, AttentionOrder.Expiry, after: null, 100, CancellationToken.None);

    static List<Guid> Ids(int count) => [.. Enumerable.Range(1, count).Select(i => new Guid(i, 5, 5, new byte[8]))];

    static TransactionSearch Search(Stopped sagas) => sagas.Services.GetRequiredService<TransactionSearch>();

    static TallyReader Tally(Stopped sagas) => sagas.Services.GetRequiredService<TallyReader>();

    async Task<Stopped> PipelineAsync() => new(await SagaPipeline.StartAsync(FraudDefault.Decline, Database));

    async Task<TransactionLane> LaneAsync(Stopped sagas)
    {
        var processor = sagas.Services.GetRequiredService<LaneGroup>().CreateProcessor(new LaneId(SagasModule.Group, 0));
        await processor.OpenAsync(CancellationToken.None);
        return new TransactionLane(processor, Database);
    }

    // The data source is the test's; the bus is stopped, and nothing else holds anything.
    sealed class Stopped(ServiceProvider services) : IAsyncDisposable
    {
        public ServiceProvider Services => services;

        public async ValueTask DisposeAsync() => await services.GetRequiredService<IBusControl>().StopAsync();
    }
}
