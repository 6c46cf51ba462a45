using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.History;
using Orchestrator.Decisioning.Rules;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning;

public sealed class DecisioningProcessorTests(TestInfrastructure infrastructure) : IAsyncLifetime
{
    static readonly DecisioningOptions Options = new() { HistoriesPerLane = 100 };
    static readonly LaneId Lane = new("decisioning", 0);

    TestDatabase? _database;
    NpgsqlDataSource? _source;

    public async ValueTask InitializeAsync()
    {
        _database = await infrastructure.CreateMigratedDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _source!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    [Fact]
    public async Task Lane_when_it_moves_to_another_process_does_decide_as_the_former_owner_would()
    {
        var random = new Random(7);
        var all = Enumerable.Range(0, 2_000)
            .Select(i => Of(random.Next(1, 20_000) * (i % 50 == 0 ? 20 : 1), Noon.AddSeconds(i * 10), source: $"account-{random.Next(150)}"))
            .ToList();
        var stayed = await RunAsync(New(), all.Chunk(97));
        await ForgetAsync();

        // Another owner for every batch: nothing but the database connects them.
        var moved = new List<FraudAssessed>();
        foreach (var batch in all.Chunk(97))
            moved.AddRange(await RunAsync(New(), [batch]));

        Assert.Equal(2_000, stayed.Count);
        Assert.Equal(stayed.Select(Decision), moved.Select(Decision));
        Assert.Contains(stayed, a => a.Outcome != FraudOutcome.Approve);
    }

    [Fact]
    public async Task Unit_when_it_is_rolled_back_does_leave_no_trace()
    {
        var processor = New();
        await RunAsync(processor, [[Of(5_000)]]);
        await processor.PrepareAsync([Message(Of(9_000))], TestContext.Current.CancellationToken);
        await processor.HandleAsync(Message(Of(9_000)), Unit(), TestContext.Current.CancellationToken);
        processor.RolledBack();
        await RunAsync(processor, [[Of(5_000)]]);

        var history = (await HistoryStore.ReadAsync(_source!, ["alice"], TestContext.Current.CancellationToken))["alice"];
        Assert.Equal(new RunningStatistics(2, 5_000, 0), history.Amounts("EUR"));
        Assert.Equal(2, history.Times.UnixMs.Count);
    }

    [Fact]
    public async Task Cancellation_when_it_comes_does_change_nothing()
    {
        var processor = New();
        var cancelled = new TransactionCancelled(Guid.CreateVersion7(Noon), "alice", Noon);
        var work = Unit();
        await processor.PrepareAsync([Message(cancelled)], TestContext.Current.CancellationToken);
        await processor.HandleAsync(Message(cancelled), work, TestContext.Current.CancellationToken);
        processor.Complete(work);

        Assert.Empty(work.Outgoing);
        Assert.Empty(work.Writes);
    }

    DecisioningProcessor New() => new(_source!, new FraudRules(Options, CurrencyScales.Iso), Options);

    async Task<List<FraudAssessed>> RunAsync(DecisioningProcessor processor, IEnumerable<TransactionSubmitted[]> batches)
    {
        var assessed = new List<FraudAssessed>();
        foreach (var batch in batches)
        {
            var work = Unit();
            var messages = batch.Select(Message).ToList();
            await processor.PrepareAsync(messages, CancellationToken.None);
            foreach (var message in messages)
                await processor.HandleAsync(message, work, CancellationToken.None);
            processor.Complete(work);
            await CommitAsync(work);
            processor.Committed();
            assessed.AddRange(work.Outgoing.Select(o => System.Text.Json.JsonSerializer.Deserialize(o.Body.Span, ContractJson.Default.FraudAssessed)!));
        }
        return assessed;
    }

    async Task CommitAsync(UnitOfWork work)
    {
        await using var connection = await _source!.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var write in work.Writes)
        {
            await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { write.Command } };
            Assert.Equal(write.ExpectedRows, await batch.ExecuteNonQueryAsync());
        }
        await transaction.CommitAsync();
    }

    async Task ForgetAsync()
    {
        await using var command = _source!.CreateCommand("truncate decisioning.account_histories");
        await command.ExecuteNonQueryAsync();
    }

    static UnitOfWork Unit() => new(Lane, Noon.AddDays(1), MessageCatalog.Contracts);

    static object Decision(FraudAssessed assessed) =>
        (assessed.TransactionId, assessed.Outcome, assessed.Score, string.Join('|', assessed.Reasons.Select(r => r.Sentence)));

    static LaneMessage Message(object body) => new()
    {
        Origin = new MessageOrigin("transactions", 0),
        Key = "alice",
        Id = Guid.CreateVersion7(Noon),
        Contract = MessageCatalog.Contracts.Of(body.GetType()),
        Body = body,
        Time = Noon,
        Raw = new RawMessage(null, [], []),
    };
}
