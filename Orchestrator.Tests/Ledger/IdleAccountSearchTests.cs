using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger;

/// <summary>Accounts on which nothing happens are found.</summary>
public sealed class IdleAccountSearchTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    readonly KeptOutbox _outbox = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Search_finds_open_accounts_whose_last_event_is_long_ago_and_no_others()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("idle", 5), Commands.Open("frozen"), Commands.Freeze(1, "frozen"), Commands.Open("busy"));
        var opened = (await new AccountReader(Database).GetEventsAsync("idle", 0, 10, Cancellation))[^1].RecordedAt;
        lane.BeAwayUntil(Commands.Noon.AddDays(300));
        await lane.RunAsync(Commands.Credit(2, "busy", 7));

        Assert.Equal(0, await Search(Commands.Noon.AddDays(360)).RunOnceAsync(Cancellation));
        Assert.Equal(1, await Search(Commands.Noon.AddDays(370)).RunOnceAsync(Cancellation));
        Assert.Equal(1, await Search(Commands.Noon.AddDays(371)).RunOnceAsync(Cancellation));

        var told = _outbox.Published.ConvertAll(m => (m.Id, Body: JsonSerializer.Deserialize(m.Body.Span, ContractJson.Default.AccountIdle)!));
        Assert.Equal(("idle", opened, Commands.Noon.AddDays(370)), (told[0].Body.AccountId, told[0].Body.LastEventAt, told[0].Body.At));
        // The same lack of events has the same id, so whoever has heard of it drops it.
        Assert.Equal(told[0].Id, told[1].Id);
        await lane.RunAsync(Commands.Credit(3, "idle", 7));
        Assert.Equal(0, await Search(Commands.Noon.AddDays(380)).RunOnceAsync(Cancellation));
    }

    [Fact]
    public async Task Search_when_accounts_are_many_goes_through_all_in_steps_and_several_at_once_tell_each_one_once()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Enumerable.Range(0, 2_500).Select(i => Commands.Open($"account-{i}")));

        var found = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Search(Commands.Noon.AddDays(400)).RunOnceAsync(Cancellation)));

        Assert.True(found.Sum() >= 2_500, $"found {found.Sum()}");
        Assert.Equal(2_500, _outbox.Published.Select(m => m.Id).Distinct().Count());
        await using var command = Database.CreateCommand("select after_id from ledger.idle_search");
        Assert.Equal("", await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task Search_when_another_process_searches_leaves_it_to_that_one()
    {
        await new LedgerLane(Database).RunAsync(Commands.Open("idle"));
        await using var other = await Database.OpenConnectionAsync(Cancellation);
        await using var turn = await other.BeginTransactionAsync(Cancellation);
        await using (var take = new NpgsqlCommand("select after_id from ledger.idle_search for update", other))
            await take.ExecuteScalarAsync(Cancellation);

        Assert.Equal(0, await Search(Commands.Noon.AddDays(400)).RunOnceAsync(Cancellation));
    }

    IdleAccountSearch Search(DateTimeOffset now) =>
        new(Database, _outbox, MessageCatalog.Contracts, Options.Create(new IdleAccountOptions()), new FakeTimeProvider(now));

    sealed class KeptOutbox : IEdgeOutbox
    {
        readonly Lock _lock = new();

        public List<OutgoingMessage> Published { get; } = [];

        public Task<EdgeReceipt> AddAsync(
            NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken) =>
            Task.FromResult(new EdgeReceipt(Guid.Empty, messages));

        public Task PublishAsync(EdgeReceipt receipt, CancellationToken cancellationToken)
        {
            lock (_lock)
                Published.AddRange(receipt.Messages);
            return Task.CompletedTask;
        }
    }
}
