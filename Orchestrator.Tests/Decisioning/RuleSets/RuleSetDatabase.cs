using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.Versions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.RuleSets;

/// <summary>A database with rule sets and lists.</summary>
public abstract class RuleSetDatabase(TestInfrastructure infrastructure) : IAsyncLifetime
{
    TestDatabase? _database;
    NpgsqlDataSource? _source;

    protected static readonly RuleSchema Schema = FeatureFields.SchemaOf(FeaturePlan.Standard.Schema);

    protected static readonly VersionActor Ann = new("ann", "127.0.0.1", "tests");

    protected static readonly VersionActor Ben = new("ben", "127.0.0.1", "tests");

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero));

    protected NpgsqlDataSource Database => _source ?? throw new InvalidOperationException("the test has not begun");

    protected RuleSetStore RuleSets => new(Database, Time);

    protected ListStore Lists => new(Database, Time);

    protected long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    protected RulesWatch Watch() => new(Database, Schema, new RulesOptions(), Time, NullLogger<RulesWatch>.Instance);

    protected static RuleSetContent Content(int score) =>
        new(new RuleSetThresholds(500, 900), [new RuleDefinition("large", "amount > 1_000", $"{score}", "{amount:money} is much.")]);

    /// <summary>A version that is live: written by Ann, put in force by Ben.</summary>
    protected async Task LiveAsync(string version, int score)
    {
        await RuleSets.CreateAsync(version, Content(score), Ann, default);
        await RuleSets.ToShadowAsync(version, null, Ann, default);
        Assert.IsType<VersionOutcome.Done>(await RuleSets.ActivateAsync(version, null, Ben, default));
    }

    protected async Task<string> RefusedAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState;
    }

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
