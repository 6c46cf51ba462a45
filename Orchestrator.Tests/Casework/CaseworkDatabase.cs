using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Casework;
using Orchestrator.Casework.Alerts;
using Orchestrator.Casework.Cases;
using Orchestrator.Casework.Events;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Casework;

/// <summary>A database with cases, the lanes that write alerts, and what people use.</summary>
sealed class CaseworkDatabase : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    readonly TestDatabase _database;
    CaseworkDatabase(TestDatabase database, CaseworkOptions options)
    {
        _database = database;
        Options = options;
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        Reader = new CaseReader(Source, Time);
        Alerts = new AlertReader(Source);
        Cases = new CaseStore(Source, Outbox, MessageCatalog.Contracts, Time, Microsoft.Extensions.Options.Options.Create(options));
        Events = new EventReader(Source);
        Relay = new EventRelay(Source, Outbox, MessageCatalog.Contracts, []);
    }

    public NpgsqlDataSource Source { get; }

    public string ConnectionString => _database.ConnectionString;

    public FakeTimeProvider Time { get; } = new(Noon);

    public KeptOutbox Outbox { get; } = new();

    public CaseReader Reader { get; }

    public AlertReader Alerts { get; }

    public CaseStore Cases { get; }

    public CaseworkOptions Options { get; }

    public EventReader Events { get; }

    public EventRelay Relay { get; }

    public static async Task<CaseworkDatabase> CreateAsync(TestInfrastructure infrastructure, CaseworkOptions? options = null) =>
        new(await infrastructure.CreateMigratedDatabaseAsync(), options ?? new CaseworkOptions());

    public static AlertRaised Alert(int number, string account = "alice", string kind = "fraud_review", int score = 600) => new(
        IdOf(number), account, kind, score, [$"Alert {number}."], Noon.AddSeconds(number), new Guid(number, 1, 0, new byte[8]));

    public static Guid IdOf(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>One unit of work of each lane, committed together.</summary>
    public async Task TakeAsync(params IReadOnlyList<AlertRaised>[] lanes)
    {
        var units = new List<UnitOfWork>();
        foreach (var alerts in lanes)
        {
            var processor = new AlertsProcessor(Options);
            var work = new UnitOfWork(new LaneId(CaseworkModule.GroupName, units.Count), Time.GetUtcNow(), MessageCatalog.Contracts);
            foreach (var alert in alerts)
                await processor.HandleAsync(Message(alert), work, CancellationToken.None);
            processor.Complete(work);
            units.Add(work);
        }
        await CommitBatch.ExecuteAsync(Source, [.. UnitWrite.Merged(units.Select(u => u.Writes)).Select(CommitBatch.Step.Of)], CancellationToken.None);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _database.DisposeAsync();
    }

    static LaneMessage Message(AlertRaised body) => new()
    {
        Origin = new MessageOrigin("alerts", 0),
        Key = body.AccountId,
        Id = body.AlertId,
        Contract = MessageCatalog.Contracts.Of(typeof(AlertRaised)),
        Body = body,
        Time = Noon,
        Raw = new RawMessage(null, [], []),
    };

    /// <summary>Keeps what is to be published once its transaction has committed.</summary>
    public sealed class KeptOutbox : IEdgeOutbox
    {
        public List<OutgoingMessage> Published { get; } = [];

        public Task<EdgeReceipt> AddAsync(
            NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken) =>
            Task.FromResult(new EdgeReceipt(Guid.Empty, messages));

        public Task PublishAsync(EdgeReceipt receipt, CancellationToken cancellationToken)
        {
            lock (Published)
                Published.AddRange(receipt.Messages);
            return Task.CompletedTask;
        }
    }
}
