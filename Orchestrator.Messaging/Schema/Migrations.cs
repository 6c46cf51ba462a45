using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Orchestrator.Messaging.Schema;

/// <summary>Applies the SQL files of <c>migrations/</c>, in the order of their names, each once and in a transaction of its own.</summary>
public static partial class Migrations
{
    // Any constant serves, so long as it never changes: it keeps two processes that start together from migrating at once.
    const long MigrationLock = 0x6F72_6368_6D69_6772;

    /// <summary>Brings the database to this version; does nothing when it is there.</summary>
    /// <returns>The names of the migrations that were applied.</returns>
    /// <exception cref="MigrationException">A migration failed; those before it stay applied.</exception>
    public static async Task<IReadOnlyList<string>> ApplyAsync(string connectionString, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        // Not pooled: an idle connection in the pool would keep the lock, and no other process could start while this one runs.
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 600 };
        await using var guard = new NpgsqlConnection(unpooled.ConnectionString);
        await guard.OpenAsync(cancellationToken);
        await using var locking = new NpgsqlCommand("select pg_advisory_lock($1)", guard) { Parameters = { new() { Value = MigrationLock } } };
        await locking.ExecuteNonQueryAsync(cancellationToken);

        var result = DeployChanges.To.PostgresqlDatabase(connectionString)
            .WithScriptsEmbeddedInAssembly(typeof(Migrations).Assembly, IsMigration)
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .JournalToPostgresqlTable("public", "schema_migrations")
            .LogTo(logger is null ? new NoOpUpgradeLog() : new UpgradeLog(logger))
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new MigrationException($"migration {result.ErrorScript?.Name} failed: {result.Error.Message}", result.Error);
        return result.Scripts.Select(s => s.Name).ToList();
    }

    /// <summary>The migrations of this version, in order.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. typeof(Migrations).Assembly.GetManifestResourceNames().Where(IsMigration).Order(StringComparer.Ordinal)];

    /// <summary>The migrations of this version that the database lacks; all when it is empty.</summary>
    public static async Task<IReadOnlyList<string>> PendingAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var pending = Known.ToList();
        await using var exists = database.CreateCommand("select to_regclass('public.schema_migrations') is not null");
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
            return pending;
        await using var applied = database.CreateCommand("select scriptname from public.schema_migrations");
        await using var rows = await applied.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            pending.Remove(rows.GetString(0));
        return pending;
    }

    static bool IsMigration(string name) => name.StartsWith("migrations/", StringComparison.Ordinal);

    sealed partial class UpgradeLog(ILogger logger) : IUpgradeLog
    {
        public void LogTrace(string format, params object[] args) => Write(LogLevel.Trace, string.Format(format, args));

        public void LogDebug(string format, params object[] args) => Write(LogLevel.Debug, string.Format(format, args));

        public void LogInformation(string format, params object[] args) => Write(LogLevel.Debug, string.Format(format, args));

        public void LogWarning(string format, params object[] args) => Write(LogLevel.Warning, string.Format(format, args));

        public void LogError(string format, params object[] args) => Write(LogLevel.Error, string.Format(format, args));

        public void LogError(Exception ex, string format, params object[] args) => Write(LogLevel.Error, string.Format(format, args) + ": " + ex.Message);

        void Write(LogLevel level, string message) => Migration(logger, level, message);

        [LoggerMessage("Migrations: {Message}")]
        static partial void Migration(ILogger logger, LogLevel level, string message);
    }
}

/// <summary>A migration failed.</summary>
public sealed class MigrationException(string message, Exception inner) : Exception(message, inner);
