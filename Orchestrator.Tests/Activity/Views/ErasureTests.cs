using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Store;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Casework;
using static Orchestrator.Tests.Activity.Views.ActivityDatabase;

namespace Orchestrator.Tests.Activity.Views;

/// <summary>Whoever is erased is gone, and does not come back by what was under way.</summary>
public sealed class ErasureTests(ActivityDatabase db) : IClassFixture<ActivityDatabase>
{
    readonly CaseworkDatabase.KeptOutbox _outbox = new();
    readonly FakeTimeProvider _time = new(Noon);

    [Fact]
    public async Task Visitor_when_erased_is_gone_and_nothing_that_began_before_comes_back()
    {
        using var process = db.Process();
        var opening = await process.OpenAsync(30);
        await process.StoreAsync(opening, Deltas.Of(30, 1) with { Minutes = [Deltas.Minute(Noon, 3)], Sessions = [Deltas.Session(300, "gone", Noon.AddMinutes(-5)), Deltas.Session(301, "stays", Noon.AddMinutes(-5))] });
        // Handed over before, stored after.
        Assert.True(process.Store.TryTake(30, opening, 2, () => Deltas.Of(30, 2) with
        {
            Sessions = [Deltas.Session(300, "gone", Noon.AddMinutes(-5), events: 2), Deltas.Session(302, "gone", Noon.AddMinutes(-90), final: true)],
        }));

        var erased = await Store().VisitorAsync("gone", "anna", CancellationToken.None);
        await process.StoreAsync();

        Assert.Equal((1, 1L), (erased.Visitors, erased.Sessions));
        Assert.Equal(0, await CountAsync("gone"));
        Assert.Equal(1, await CountAsync("stays"));
        Assert.Equal(3, await db.ScalarAsync<long>("select sum(events)::bigint from activity.minute where lane = 30"));
        Assert.Equal(new ActivityErased(erased.ErasureId, "gone", Noon), Published());
        // Who comes back later is somebody new.
        await process.StoreAsync(opening, Deltas.Of(30, 3) with { Sessions = [Deltas.Session(303, "gone", Noon.AddMinutes(1))] });
        Assert.Equal(1, await CountAsync("gone"));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, (await Store().VisitorAsync("gone", "anna", CancellationToken.None)).Sessions);
        Assert.Equal(0, (await Store().VisitorAsync("gone", "anna", CancellationToken.None)).Sessions);
        var kept = (await new ErasureReader(db.Source).ListAsync("gone", null, null, 10, CancellationToken.None)).Items;
        Assert.Equal([0L, 1L, 1L], kept.OrderBy(k => k.Sessions).Select(k => k.Sessions));
        Assert.All(kept, k => Assert.Equal(("anna", "visitor"), (k.Actor, k.Of)));
    }

    [Fact]
    public async Task Customer_when_erased_takes_all_visitors_along_and_what_other_rooms_keep()
    {
        using var process = db.Process();
        await process.StoreAsync(await process.OpenAsync(31), Deltas.Of(31, 1) with
        {
            Sessions =
            [
                Deltas.Session(310, "cust-1", Noon.AddHours(-2), customer: "cust"), Deltas.Session(311, "cust-1", Noon.AddHours(-3)), Deltas.Session(312, "cust-2", Noon.AddHours(-1), final: true, customer: "cust"),
                Deltas.Session(313, "cust-3", Noon.AddHours(-1), customer: "another"),
            ],
        });
        var record = new KeptRecord();

        var erased = await Store(record).CustomerAsync("cust", "anna", CancellationToken.None);

        Assert.Equal((2, 3L), (erased.Visitors, erased.Sessions));
        Assert.Equal("cust", record.Erased);
        Assert.Equal(["cust-1", "cust-2"], _outbox.Published.Select(m => m.Key).Order(StringComparer.Ordinal));
        Assert.Equal(1, await CountAsync("cust-3"));
        Assert.Equal((0, 0L), await Again());
        Assert.Equal(3, (await new ErasureReader(db.Source).ListAsync(null, "cust", null, 10, CancellationToken.None)).Items.Count);
        Assert.Empty((await new ErasureReader(db.Source).ListAsync(null, "another", null, 10, CancellationToken.None)).Items);

        async Task<(int, long)> Again()
        {
            var nothing = await Store(record).CustomerAsync("cust", "anna", CancellationToken.None);
            return (nothing.Visitors, nothing.Sessions);
        }
    }

    [Fact]
    public async Task Record_of_an_erasure_when_somebody_would_change_it_stays()
    {
        await Store().VisitorAsync("kept", "anna", CancellationToken.None);

        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync("update activity.erasure set actor = 'nobody'"));
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync("insert into activity.erasure (erasure_id, at, actor, visitor_hash, sessions) values (gen_random_uuid(), now(), 'x', sha256('y'), 0); delete from activity.erasure where at > now() - interval '1 day'"));
    }

    ErasureStore Store(params ICustomerRecords[] records) => new(db.Source, _outbox, MessageCatalog.Contracts, records, _time, NullLogger<ErasureStore>.Instance);

    ActivityErased Published() => JsonSerializer.Deserialize(Assert.Single(_outbox.Published).Body.Span, ContractJson.Default.ActivityErased)!;

    Task<long> CountAsync(string visitor) => db.ScalarAsync<long>($"select count(*) from activity.session where visitor_id = '{visitor}'");

    async Task ExecuteAsync(string sql)
    {
        await using var command = db.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    sealed class KeptRecord : ICustomerRecords
    {
        public string Name => "kept";

        public string? Erased { get; private set; }

        public Task<JsonElement?> ExportAsync(string customerId, CancellationToken cancellationToken) => Task.FromResult<JsonElement?>(null);

        public Task EraseAsync(NpgsqlConnection connection, string customerId, CancellationToken cancellationToken)
        {
            Erased = customerId;
            return Task.CompletedTask;
        }
    }
}
