using Npgsql;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Messaging.Doctor;

/// <summary>What a database is like.</summary>
public sealed record DatabaseFacts
{
    /// <summary>Whether it is on this machine.</summary>
    public required bool IsLocal { get; init; }

    /// <summary>Settings by PostgreSQL's names, as they hold for this connection.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Whether it only repeats another server.</summary>
    public bool IsStandby { get; init; }

    /// <summary>How far its clock is ahead of this machine's, in seconds, give or take the time of an answer.</summary>
    public double ClockAheadSeconds { get; init; }

    /// <summary>Whether this user may make schemas, as migrations do.</summary>
    public bool MayCreate { get; init; }

    /// <summary>The product's tables that this user may not read and write.</summary>
    public IReadOnlyList<string> Forbidden { get; init; } = [];

    /// <summary>Migrations that it lacks.</summary>
    public IReadOnlyList<string> Pending { get; init; } = [];

    /// <summary>Migrations that it has and this version does not know.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Connections that are open now, this one not counted.</summary>
    public int Connections { get; init; }

    /// <summary>How many bytes the database takes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Free space where it keeps its data; null when that cannot be seen from here.</summary>
    public long? FreeBytes { get; init; }

    /// <summary>Standbys that follow it now.</summary>
    public int Standbys { get; init; }

    /// <summary>How old its oldest transaction number is.</summary>
    public long TransactionAge { get; init; }

    /// <summary>Transactions open for long: who, since when.</summary>
    public IReadOnlyList<OpenTransaction> LongTransactions { get; init; } = [];

    /// <summary>Transactions that were prepared and not ended.</summary>
    public int PreparedTransactions { get; init; }

    /// <summary>Tables with more dead rows than live ones.</summary>
    public IReadOnlyList<TableBloat> Bloat { get; init; } = [];

    /// <summary>Extensions that are installed.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];
}

/// <summary>A transaction that is open for long.</summary>
/// <param name="Pid">The server process.</param>
/// <param name="Application">What its client calls itself.</param>
/// <param name="State">What it does.</param>
/// <param name="Seconds">Since when.</param>
public sealed record OpenTransaction(int Pid, string Application, string State, long Seconds);

/// <summary>A table with dead rows.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Live">Live rows, about.</param>
/// <param name="Dead">Dead rows, about.</param>
public sealed record TableBloat(string Table, long Live, long Dead);

/// <summary>Reads <see cref="DatabaseFacts"/>.</summary>
public static class DatabaseFactsReader
{
    const int LongSeconds = 300;
    const int ManyDeadRows = 50_000;

    static readonly string[] Schemas = ["activity", "api", "audit", "casework", "decisioning", "jobs", "ledger", "messaging", "sagas"];

    static readonly string[] Settings =
    [
        "server_version", "server_version_num", "fsync", "full_page_writes", "synchronous_commit", "wal_level", "max_wal_size", "archive_mode", "max_connections", "superuser_reserved_connections",
        "autovacuum", "TimeZone", "data_checksums", "default_transaction_read_only", "ssl", "synchronous_standby_names",
    ];

    /// <summary>Reads all of them over one connection.</summary>
    /// <exception cref="NpgsqlException">It does not answer, or refuses.</exception>
    public static async Task<DatabaseFacts> ReadAsync(string connectionString, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "orchestrator-doctor", MaxPoolSize = 1 }.ConnectionString);
        var settings = (await ReadAsync(database, "select name, coalesce(current_setting(name, true), '') from unnest($1) name", r => (r.GetString(0), r.GetString(1)), cancellationToken, (object)Settings))
            .ToDictionary(s => s.Item1, s => s.Item2, StringComparer.Ordinal);
        var before = time.GetUtcNow();
        var clock = await One<DateTime>(database, "select clock_timestamp()", cancellationToken);
        var middle = before + ((time.GetUtcNow() - before) / 2);
        var applied = await One<bool>(database, "select to_regclass('public.schema_migrations') is not null", cancellationToken)
            ? await ReadAsync(database, "select scriptname from public.schema_migrations order by 1", r => r.GetString(0), cancellationToken)
            : [];
        var host = new NpgsqlConnectionStringBuilder(connectionString).Host ?? "";
        var isLocal = host is "localhost" or "127.0.0.1" or "::1" or "" || host.StartsWith('/');
        return new DatabaseFacts
        {
            IsLocal = isLocal,
            Settings = settings,
            IsStandby = await One<bool>(database, "select pg_is_in_recovery()", cancellationToken),
            ClockAheadSeconds = (clock - middle.UtcDateTime).TotalSeconds,
            MayCreate = await One<bool>(database, "select has_database_privilege(current_database(), 'CREATE')", cancellationToken),
            Forbidden = await ReadAsync(
                database,
                """
                select schemaname || '.' || tablename from pg_tables
                where schemaname = any($1) and not (has_schema_privilege(schemaname, 'USAGE')
                    and has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'SELECT') and has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'INSERT'))
                order by 1
                """,
                r => r.GetString(0), cancellationToken, (object)Schemas),
            Pending = await Migrations.PendingAsync(database, cancellationToken),
            Unknown = [.. applied.Except(Migrations.Known, StringComparer.Ordinal)],
            Connections = (int)await One<long>(database, "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()", cancellationToken),
            SizeBytes = await One<long>(database, "select pg_database_size(current_database())", cancellationToken),
            FreeBytes = isLocal ? Free(await One<string?>(database, "select current_setting('data_directory', true)", cancellationToken, mayFail: true)) : null,
            Standbys = (int)await One<long>(database, "select count(*) from pg_stat_replication", cancellationToken),
            TransactionAge = await One<long>(database, "select age(datfrozenxid)::bigint from pg_database where datname = current_database()", cancellationToken),
            LongTransactions = await ReadAsync(
                database,
                """
                select pid, coalesce(application_name, ''), coalesce(state, ''), extract(epoch from now() - xact_start)::bigint from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and xact_start < now() - make_interval(secs => $1) order by xact_start limit 5
                """,
                r => new OpenTransaction(r.GetInt32(0), r.GetString(1), r.GetString(2), r.GetInt64(3)), cancellationToken, (double)LongSeconds),
            PreparedTransactions = (int)await One<long>(database, "select count(*) from pg_prepared_xacts where database = current_database()", cancellationToken),
            Bloat = await ReadAsync(
                database,
                """
                select schemaname || '.' || relname, n_live_tup, n_dead_tup from pg_stat_user_tables
                where schemaname = any($1) and n_dead_tup > $2 and n_dead_tup > n_live_tup order by n_dead_tup desc limit 5
                """,
                r => new TableBloat(r.GetString(0), r.GetInt64(1), r.GetInt64(2)), cancellationToken, Schemas, (long)ManyDeadRows),
            Extensions = await ReadAsync(database, "select extname::text from pg_extension order by 1", r => r.GetString(0), cancellationToken),
        };
    }

    // Where the directory is not this user's to see, its file system may be all the same.
    static long? Free(string? directory)
    {
        try
        {
            return string.IsNullOrEmpty(directory) || !Directory.Exists(directory) ? null : new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    static async Task<T> One<T>(NpgsqlDataSource database, string sql, CancellationToken cancellationToken, bool mayFail = false)
    {
        try
        {
            await using var command = database.CreateCommand(sql);
            return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : default!;
        }
        catch (PostgresException e) when (mayFail && e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return default!;
        }
    }

    static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
            found.Add(read(rows));
        return found;
    }
}
