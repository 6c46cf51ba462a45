using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Orchestrator.Messaging.Schema;

/// <summary>
/// Applies the SQL files of <c>migrations/</c>, in the order of their names, each once and in a transaction of its own, while older versions run: a migration that does not
/// get its locks at once gives up and is tried again, for everybody who comes after it would wait behind it.
/// </summary>
public static partial class Migrations
{
    // Any constant serves, so long as it never changes: it keeps two processes that start together from migrating at once.
    const long MigrationLock = 0x6F72_6368_6D69_6772;
    const int LockAttempts = 100;
    const int CommandSeconds = 3_600;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The migrations of this version, in order.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [.. typeof(Migrations).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("migrations/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Brings the database to this version; does nothing when it is there.</summary>
    /// <returns>The names of the migrations that were applied.</returns>
    /// <exception cref="MigrationException">A migration failed; those before it stay applied.</exception>
    /// <exception cref="SchemaRefusedException">The database is that of a newer version, and this one cannot run with it.</exception>
    public static Task<IReadOnlyList<string>> ApplyAsync(string connectionString, ILogger? logger = null, CancellationToken cancellationToken = default) =>
        ApplyAsync(connectionString, Scripts(), _ => true, Patience, logger, cancellationToken);

    /// <summary>Brings the database so far that this version runs, and takes nothing away that older ones need.</summary>
    /// <inheritdoc cref="ApplyAsync(string, ILogger?, CancellationToken)"/>
    public static Task<IReadOnlyList<string>> ExpandAsync(string connectionString, ILogger? logger = null, CancellationToken cancellationToken = default) =>
        ApplyAsync(connectionString, Scripts(), name => !name.Contracts, Patience, logger, cancellationToken);

    /// <summary>How a database stands to this version.</summary>
    public static Task<SchemaStanding> StandingAsync(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        StandingAsync(database, Known, cancellationToken);

    /// <summary>The migrations that this version cannot do without and the database lacks; all when it is empty.</summary>
    public static async Task<IReadOnlyList<string>> PendingAsync(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        [.. (await StandingAsync(database, cancellationToken)).Expansions.Select(m => m.Name)];

    /// <summary>Whether a process of whatever version works with the database at the moment, or has done so until half a minute ago.</summary>
    public static async Task<bool> AnybodyRunsAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select exists (select from messaging.member where seen_at > now() - interval '30 seconds')");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal static async Task<IReadOnlyList<string>> ApplyAsync(
        string connectionString, IReadOnlyList<SqlScript> scripts, Func<MigrationName, bool> wanted, TimeSpan patience, ILogger? logger, CancellationToken cancellationToken)
    {
        // Not pooled: an idle connection in the pool would keep the lock, and no other process could start while this one runs.
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = CommandSeconds };
        await using var guard = new NpgsqlConnection(unpooled.ConnectionString);
        await guard.OpenAsync(cancellationToken);
        await using var locking = new NpgsqlCommand("select pg_advisory_lock($1)", guard) { Parameters = { new() { Value = MigrationLock } } };
        await locking.ExecuteNonQueryAsync(cancellationToken);
        SchemaStanding.Of(scripts.Select(s => s.Name), await AppliedAsync(guard, cancellationToken)).RefuseWhatIsTakenAway();

        var applied = new List<string>();
        for (var attempt = 1; ; attempt++)
        {
            var result = Upgrade(unpooled.ConnectionString, scripts.Where(s => wanted(MigrationName.Parse(s.Name))), patience, logger);
            applied.AddRange(result.Scripts.Select(s => s.Name));
            if (result.Successful)
                return applied;
            if (attempt == LockAttempts || result.Error is not PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected })
                throw new MigrationException($"migration {result.ErrorScript?.Name} failed: {result.Error.Message}", result.Error);
            if (logger is not null)
                WaitsForLocks(logger, result.ErrorScript?.Name, attempt);
            await Task.Delay(patience / 2, cancellationToken);
        }
    }

    internal static async Task<SchemaStanding> StandingAsync(NpgsqlDataSource database, IEnumerable<string> known, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return SchemaStanding.Of(known, await AppliedAsync(connection, cancellationToken));
    }

    static DatabaseUpgradeResult Upgrade(string connectionString, IEnumerable<SqlScript> scripts, TimeSpan patience, ILogger? logger) =>
        DeployChanges.To.PostgresqlDatabase(connectionString)
            .WithScripts(scripts)
            .WithPreprocessor(new LockTimeout(patience))
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .JournalToPostgresqlTable("public", "schema_migrations")
            .LogTo(logger is null ? new NoOpUpgradeLog() : new UpgradeLog(logger))
            .Build()
            .PerformUpgrade();

    static async Task<IReadOnlyList<string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("select to_regclass('public.schema_migrations') is not null", connection);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
            return [];
        await using var command = new NpgsqlCommand("select scriptname from public.schema_migrations", connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
            applied.Add(rows.GetString(0));
        return applied;
    }

    static List<SqlScript> Scripts() => [.. Known.Select(name =>
    {
        using var text = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(name)!);
        return new SqlScript(name, text.ReadToEnd());
    })];

    [LoggerMessage(LogLevel.Warning, "Migration {Migration} did not get its locks and is tried again, attempt {Attempt}: look for long transactions in pg_stat_activity")]
    static partial void WaitsForLocks(ILogger logger, string? migration, int attempt);

    // Whoever waits for a lock on a table keeps everybody waiting who asks for it later.
    sealed class LockTimeout(TimeSpan patience) : IScriptPreprocessor
    {
        public string Process(string contents) => $"set local lock_timeout = '{(int)patience.TotalMilliseconds}ms';\n{contents}";
    }

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
