using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Schema;
using Orchestrator.Sagas;
using Orchestrator.Sagas.TransactionSagas;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>Sagas in their table: written set-based, read ahead, guarded by their version.</summary>
public sealed class SagaStorageTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Lane_when_its_owner_changes_between_every_message_goes_on_where_it_was()
    {
        await using var owners = await Owners.StartAsync(Database);
        object[] life = [Assessed(FraudOutcome.Review), Submitted(), HoldPlaced(), Cancelled(), HoldReleased()];

        var published = new List<object>();
        foreach (var message in life)
            published.AddRange(await (await owners.NextAsync()).TakeAsync(message));

        Assert.IsType<TransactionVoided>(published[^1]);
        var stored = await owners.Reader.FindAsync(Id, CancellationToken.None);
        Assert.NotNull(stored);
        Assert.Equal(("Voided", 5), (stored.CurrentState, stored.Version));
        Assert.Equal(("alice", "bob", 1_250L, "EUR", TransactionKind.Transfer), (stored.SourceAccountId, stored.DestinationAccountId, stored.AmountMinor, stored.Currency, stored.Kind));
        Assert.Equal((FraudOutcome.Review, 700, "Many in an hour."), (stored.Verdict, stored.Score, stored.Findings));
        Assert.Equal(("changed my mind", "Voided"), (stored.CancelReason, stored.Ending));
        Assert.Equal(Noon, stored.EndedAt);
        Assert.Null(stored.DeadlineAt);
        Assert.Equal(["assessed", "submitted", "placing_hold", "hold_placed", "held", "cancel_requested", "releasing_hold", "hold_released", "voided"],
            stored.Timeline.Select(e => e.What));
    }

    [Fact]
    public async Task Unit_when_it_touches_many_sagas_writes_them_in_one_insert_one_update_and_the_tally()
    {
        await using var owners = await Owners.StartAsync(Database);
        var lane = await owners.NextAsync();
        var old = Enumerable.Range(0, 300).Select(i => new Guid(i + 1, 1, 1, new byte[8])).ToList();
        var fresh = Enumerable.Range(0, 200).Select(i => new Guid(i + 1, 2, 2, new byte[8])).ToList();
        await lane.TakeAsync(old.Select(id => Submitted(id)));

        var before = lane.Writes;
        await lane.TakeAsync(old.Select(id => (object)Assessed(id: id)).Concat(fresh.Select(id => Submitted(id))));

        Assert.Equal(3, lane.Writes - before);
        var tally = await owners.Tally.ReadAsync(CancellationToken.None);
        Assert.Equal((300, 200), (tally.ByState["Posting"], tally.ByState["Assessing"]));
        Assert.Equal((500, 500, 0), (tally.Submitted, tally.InProgress, tally.Completed));
        var page = await owners.Reader.ListAsync("Posting", accountId: null, after: null, limit: 100, CancellationToken.None);
        var next = await owners.Reader.ListAsync("Posting", accountId: null, page.Next, limit: 250, CancellationToken.None);
        Assert.Equal((100, 200), (page.Items.Count, next.Items.Count));
        Assert.Empty(page.Items.Select(s => s.CorrelationId).Intersect(next.Items.Select(s => s.CorrelationId)));
        Assert.Null(next.Next);
    }

    [Fact]
    public async Task List_when_asked_for_an_account_finds_what_it_pays_and_receives_and_looks_at_a_bounded_stretch_a_page()
    {
        await using var owners = await Owners.StartAsync(Database);
        var lane = await owners.NextAsync();
        await lane.TakeAsync(Submitted());
        var columns = new SagaTable<TransactionSaga>(new TransactionSagaMap()).ColumnNames;
        // Beyond the first stretch: one that another account pays to alice.
        await using (var many = Database.CreateCommand(
            $"""
            insert into sagas.transaction ({columns})
            select {columns.Replace("\"transaction_id\"", "format('ffff%s-0000-8000-8000-000000000000', lpad(n::text, 4, '0'))::uuid", StringComparison.Ordinal)
                .Replace("\"source_account_id\"", "'carol'", StringComparison.Ordinal)
                .Replace("\"destination_account_id\"", "case n when 9999 then 'alice' else 'dave' end", StringComparison.Ordinal)}
            from sagas.transaction, generate_series(0, 9999) n
            """))
        {
            Assert.Equal(10_000, await many.ExecuteNonQueryAsync());
        }

        var first = await owners.Reader.ListAsync(state: null, "alice", after: null, limit: 10, CancellationToken.None);
        Assert.Equal(Id, Assert.Single(first.Items).CorrelationId);
        Assert.Equal(new Guid("ffff9998-0000-8000-8000-000000000000"), first.Next);

        var last = await owners.Reader.ListAsync(state: null, "alice", first.Next, limit: 10, CancellationToken.None);
        Assert.Equal("carol", Assert.Single(last.Items).SourceAccountId);
        Assert.Null(last.Next);
        Assert.Equal(([], null), await EmptyAsync(owners.Reader, last.Items[0].CorrelationId));
    }

    static async Task<(TransactionSaga[], Guid?)> EmptyAsync(TransactionReader reader, Guid after)
    {
        var page = await reader.ListAsync(state: null, accountId: null, after, limit: 10, CancellationToken.None);
        return ([.. page.Items], page.Next);
    }

    [Fact]
    public async Task Unit_when_somebody_else_wrote_the_row_fails_whole_and_succeeds_on_what_is_stored_then()
    {
        await using var owners = await Owners.StartAsync(Database);
        var (former, owner) = (await owners.NextAsync(), await owners.NextAsync());
        await former.TakeAsync(Submitted());
        await owner.TakeAsync(Assessed());

        await Assert.ThrowsAsync<LostRaceException>(() => former.TakeAsync(Assessed(FraudOutcome.Decline)));
        Assert.Empty(await former.TakeAsync(Assessed(FraudOutcome.Decline)));

        Assert.Equal("Posting", (await owners.Reader.FindAsync(Id, CancellationToken.None))!.CurrentState);
        Assert.Equal(1, (await owners.Tally.ReadAsync(CancellationToken.None)).Submitted);
    }

    [Fact]
    public async Task Unit_when_it_fails_forgets_what_it_had_decided()
    {
        await using var owners = await Owners.StartAsync(Database);
        var lane = await owners.NextAsync();
        await lane.TakeAsync(Submitted());

        await ExecuteAsync("alter table sagas.tally rename to tally_away");
        await Assert.ThrowsAsync<PostgresException>(() => lane.TakeAsync(Assessed()));
        await ExecuteAsync("alter table sagas.tally_away rename to tally");

        Assert.Null(lane.Find(Id));
        Assert.Single(await lane.TakeAsync(Assessed()));
        Assert.Equal("Posting", lane.Find(Id)!.CurrentState);
    }

    [Fact]
    public async Task Migration_when_a_transaction_is_between_two_steps_of_the_ledger_lets_it_go_on_to_its_end()
    {
        await using var owners = await Owners.StartAsync(Database);
        var ids = Enumerable.Range(1, 4).Select(i => new Guid(i, 3, 3, new byte[8])).ToList();
        await (await owners.NextAsync()).TakeAsync(ids.Select(id => Submitted(id)).Concat<object>(ids.Select(id => Assessed(id: id))));
        foreach (var (id, state) in ids.Zip(["Crediting", "Capturing", "Holding", "Holding"]))
            await ExecuteAsync($"update sagas.transaction set state = '{state}' where transaction_id = '{id}'");
        await ExecuteAsync($"update sagas.transaction set cancel_requested = true where transaction_id = '{ids[3]}'");
        await ExecuteAsync("delete from sagas.tally; insert into sagas.tally values (3, 'Crediting', 1), (3, 'Capturing', 1), (3, 'Holding', 2)");
        var migration = await new StreamReader(
            typeof(Migrations).Assembly.GetManifestResourceStream("migrations/0011_sagas_posting.sql")!).ReadToEndAsync(CancellationToken.None);

        await ExecuteAsync(migration);
        await ExecuteAsync(migration);

        var tally = (await owners.Tally.ReadAsync(CancellationToken.None)).ByState;
        Assert.Equal((3, 1, 0, 0), (tally["Posting"], tally["Holding"], tally["Crediting"], tally["Capturing"]));
        var lane = await owners.NextAsync();
        var published = await lane.TakeAsync(ids.Take(3).Select(id => HoldCaptured(id)).Append<object>(HoldPlaced(ids[3])));
        Assert.Equal(3, published.OfType<TransactionCompleted>().Count());
        Assert.Single(published.OfType<ReleaseHold>());
    }

    /// <summary>Processes that own the lane one after the other: each knows only what is stored.</summary>
    sealed class Owners(ServiceProvider provider, NpgsqlDataSource database) : IAsyncDisposable
    {
        public TransactionReader Reader => provider.GetRequiredService<TransactionReader>();

        public TallyReader Tally => provider.GetRequiredService<TallyReader>();

        public static async Task<Owners> StartAsync(NpgsqlDataSource database) =>
            new(await SagaPipeline.StartAsync(FraudDefault.Decline, database), database);

        public async Task<TransactionLane> NextAsync()
        {
            var processor = provider.GetRequiredService<LaneGroup>().CreateProcessor(new LaneId(SagasModule.Group, 0));
            await processor.OpenAsync(CancellationToken.None);
            return new TransactionLane(processor, database);
        }

        // The data source is the test's; the bus is stopped, and nothing else holds anything.
        public async ValueTask DisposeAsync() => await provider.GetRequiredService<IBusControl>().StopAsync();
    }
}
