using Npgsql;
using Orchestrator.Decisioning.Labels;
using Orchestrator.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.Records;

/// <summary>A database with the store of decisions, a lane that writes it, and its readers.</summary>
sealed class RecordsDatabase : IAsyncDisposable
{
    readonly TestDatabase _database;

    RecordsDatabase(TestDatabase database)
    {
        _database = database;
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        Lane = new RecordsLane(Source);
        Schemas = new FeatureSchemaStore(Source);
        Labels = new LabelReader(Source);
        Decisions = new DecisionReader(Source, Labels, Schemas);
    }

    public string ConnectionString => _database.ConnectionString;

    public NpgsqlDataSource Source { get; }

    public RecordsLane Lane { get; }

    public FeatureSchemaStore Schemas { get; }

    public LabelReader Labels { get; }

    public DecisionReader Decisions { get; }

    public static async Task<RecordsDatabase> CreateAsync(TestInfrastructure infrastructure) => new(await infrastructure.CreateMigratedDatabaseAsync());

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _database.DisposeAsync();
    }
}
