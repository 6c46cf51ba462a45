using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Versions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.Models;

/// <summary>A database with models.</summary>
public abstract class ModelDatabase(TestInfrastructure infrastructure) : IAsyncLifetime
{
    TestDatabase? _database;
    NpgsqlDataSource? _source;

    protected static readonly VersionActor Ann = new("ann", "127.0.0.1", "tests");

    protected static readonly VersionActor Ben = new("ben", "127.0.0.1", "tests");

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero));

    protected NpgsqlDataSource Database => _source ?? throw new InvalidOperationException("the test has not begun");

    protected ModelStore Models => new(Database, Time);

    protected ModelsWatch Watch(string? file = null) =>
        new(Database, SmallModels.Plan, new ModelsOptions { File = file }, Time, NullLogger<ModelsWatch>.Instance);

    /// <summary>Stores a draft of Ann's.</summary>
    /// <returns>Its version.</returns>
    protected async Task<string> DraftAsync(string name, double raw = 2)
    {
        var bytes = SmallModels.File(name, raw);
        var file = SmallModels.Read(bytes);
        Assert.IsType<VersionOutcome.Done>(await Models.CreateAsync(file, bytes, Ann, default));
        return file.Model.Version;
    }

    /// <summary>A version in shadow.</summary>
    protected async Task<string> ShadowAsync(string name, double raw = 2)
    {
        var version = await DraftAsync(name, raw);
        Assert.IsType<VersionOutcome.Done>(await Models.ToShadowAsync(version, null, Ann, default));
        return version;
    }

    /// <summary>A version that is live: uploaded by Ann, put in force by Ben.</summary>
    protected async Task<string> LiveAsync(string name, double raw = 2)
    {
        var version = await ShadowAsync(name, raw);
        Assert.IsType<VersionOutcome.Done>(await Models.ActivateAsync(version, null, Ben, default));
        return version;
    }

    protected async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    protected async Task<string> RefusedAsync(string sql) => (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql))).SqlState;

    protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

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
}
