using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Decisioning.Versions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.Versions;

/// <summary>A database with versions of something, of which Ann writes drafts that Ben puts in force.</summary>
public abstract class VersionsDatabase(TestInfrastructure infrastructure) : MigratedDatabase(infrastructure)
{
    protected static readonly VersionActor Ann = new("ann", "127.0.0.1", "tests");

    protected static readonly VersionActor Ben = new("ben", "127.0.0.1", "tests");

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero));

    /// <summary>The state by which the database refuses it.</summary>
    protected async Task<string> RefusedAsync(string sql) => (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql))).SqlState;

    protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
