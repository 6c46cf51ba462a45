using Npgsql;

namespace Orchestrator.Tests.Infrastructure;

/// <summary>A test class with a migrated database of its own for each test.</summary>
public abstract class MigratedDatabase(TestInfrastructure infrastructure) : IAsyncLifetime
{
    TestDatabase? _database;
    NpgsqlDataSource? _source;

    protected NpgsqlDataSource Database => _source ?? throw new InvalidOperationException("the test has not begun");

    /// <summary>How others reach it.</summary>
    protected string ConnectionString => _database?.ConnectionString ?? throw new InvalidOperationException("the test has not begun");

    public async ValueTask InitializeAsync()
    {
        _database = await infrastructure.CreateMigratedDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
            await _source.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    protected async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
