using System.Globalization;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Messaging.Doctor;

/// <summary>What a database's facts mean; pure.</summary>
public static class DatabaseJudgement
{
    const int LeastVersion = 150_000;
    const long Gib = 1L << 30;
    const long OldTransactions = 1_000_000_000;
    const long TooOldTransactions = 1_800_000_000;
    const double ClocksApartSeconds = 1;
    const double ClocksFarApartSeconds = 5;

    /// <summary>Every point.</summary>
    /// <param name="database">What was found.</param>
    /// <param name="processors">Processors of the machine that the service runs on.</param>
    public static IReadOnlyList<Finding> Of(DatabaseFacts database, int processors) =>
    [
        Version(database), Standby(database), Migrated(database), Privileges(database), Fsync(database), FullPages(database), Commits(database), Log(database), Checkpoints(database),
        Pool(database, processors), TimeZone(database), Clock(database), Space(database), Long(database), Prepared(database), Bloat(database), Vacuum(database), Wraparound(database),
        Checksums(database), Extensions(database),
    ];

    static Finding Version(DatabaseFacts database)
    {
        var version = Setting(database, "server_version");
        return Number(database, "server_version_num") < LeastVersion
            ? Finding.Problem("postgres_version", $"PostgreSQL {version}", "Take version 15 or later.")
            : Finding.Ok("postgres_version", $"PostgreSQL {version}");
    }

    static Finding Standby(DatabaseFacts database) => database.IsStandby
        ? Finding.Problem("postgres_standby", "it is a standby, which takes no writes", "Point the service at the primary: Target Session Attributes=primary, with all hosts in the connection string.")
        : Setting(database, "default_transaction_read_only") == "on"
            ? Finding.Problem("postgres_standby", "transactions are read-only by default", "Set default_transaction_read_only = off for the service's user.")
            : Finding.Ok("postgres_standby", "it takes writes");

    static Finding Migrated(DatabaseFacts database)
    {
        if (database.Unknown.Count > 0)
            return Finding.Warning("postgres_migrations", $"it has {database.Unknown.Count} migrations that this version does not know, {database.Unknown[^1]} the last", "A newer version has been here: look with that one.");
        return database.Pending.Count > 0
            ? Finding.Warning("postgres_migrations", $"it lacks {database.Pending.Count} migrations, from {Path.GetFileNameWithoutExtension(database.Pending[0])} on", "Run 'orchestrator migrate', or start the service, which does the same.")
            : Finding.Ok("postgres_migrations", "all migrations are applied");
    }

    static Finding Privileges(DatabaseFacts database)
    {
        if (database.Forbidden.Count > 0)
        {
            return Finding.Problem(
                "postgres_privileges", $"this user may not read and write {string.Join(", ", database.Forbidden.Take(3))}{(database.Forbidden.Count > 3 ? $" and {database.Forbidden.Count - 3} more" : "")}",
                "Connect as the owner of the tables, or grant USAGE on the schemas and SELECT, INSERT, UPDATE, DELETE on their tables.");
        }
        return !database.MayCreate && database.Pending.Count > 0
            ? Finding.Problem("postgres_privileges", "this user may not create schemas, and migrations are pending", "grant create on database ... to ..., or run 'orchestrator migrate' as the owner.")
            : Finding.Ok("postgres_privileges", database.MayCreate ? "this user may read, write and migrate" : "this user may read and write, not migrate");
    }

    static Finding Fsync(DatabaseFacts database) => MustBeOn(database, "postgres_fsync", "fsync", "A crash of the machine can leave the database unreadable.");

    static Finding FullPages(DatabaseFacts database) => MustBeOn(database, "postgres_full_page_writes", "full_page_writes", "A crash in the middle of a page leaves it broken for ever.");

    static Finding Commits(DatabaseFacts database) => Setting(database, "synchronous_commit") switch
    {
        "off" => Finding.Problem(
            "postgres_synchronous_commit", "synchronous_commit is off: what was committed, and so promised to others, may be gone after a crash",
            "alter database or alter role ... set synchronous_commit = on. What may wait says so by itself."),
        var value => Finding.Ok("postgres_synchronous_commit", $"synchronous_commit is {value}"),
    };

    static Finding MustBeOn(DatabaseFacts database, string name, string setting, string because) => Setting(database, setting) == "on"
        ? Finding.Ok(name, $"{setting} is on")
        : Finding.Problem(name, $"{setting} is {Setting(database, setting)}", $"{because} Set {setting} = on in postgresql.conf and reload.");

    static Finding Log(DatabaseFacts database)
    {
        var what = $"wal_level is {Setting(database, "wal_level")}, archive_mode {Setting(database, "archive_mode")}, {database.Standbys} standbys follow";
        if (Setting(database, "wal_level") == "minimal")
            return Finding.Warning("postgres_wal", what, "Set wal_level = replica: without it there is neither a standby nor a backup to a point in time.");
        return !database.IsLocal && Setting(database, "archive_mode") == "off" && database.Standbys == 0
            ? Finding.Warning("postgres_wal", what, "Archive the log or run a standby: the ledger is in this database alone.")
            : Finding.Ok("postgres_wal", what);
    }

    static Finding Checkpoints(DatabaseFacts database)
    {
        // In units of what the server prints: 4GB, 1024MB.
        var size = Setting(database, "max_wal_size");
        var bytes = Size(size);
        return bytes is > 0 and < Gib
            ? Finding.Warning("postgres_checkpoints", $"max_wal_size is {size}", "Set it to 4GB: under load checkpoints follow one another, and each makes the next change of every page write the whole page.")
            : Finding.Ok("postgres_checkpoints", $"max_wal_size is {size}");
    }

    static Finding Pool(DatabaseFacts database, int processors)
    {
        var all = Number(database, "max_connections") - Number(database, "superuser_reserved_connections");
        var needed = Databases.MostConnections(processors);
        var what = $"{all} connections, {database.Connections} open now; a process with all roles on {processors} processors takes up to {needed}";
        if (all < needed)
            return Finding.Problem("postgres_connections", what, $"Set max_connections to {needed + 20} for each process, or give processes fewer roles.");
        return all < needed * 2
            ? Finding.Warning("postgres_connections", what, $"A second process, as while an upgrade rolls on, may find none: set max_connections to {(needed * 2) + 20}.")
            : Finding.Ok("postgres_connections", what);
    }

    static Finding TimeZone(DatabaseFacts database) => Setting(database, "TimeZone") is "UTC" or "Etc/UTC" or "GMT"
        ? Finding.Ok("postgres_timezone", "the time zone is UTC")
        : Finding.Warning("postgres_timezone", $"the time zone is {Setting(database, "TimeZone")}", "Set timezone = 'UTC' for the database: days of statements and reports begin at midnight UTC.");

    static Finding Clock(DatabaseFacts database)
    {
        var apart = Math.Abs(database.ClockAheadSeconds);
        var what = string.Create(CultureInfo.InvariantCulture, $"its clock is {apart:0.00} s {(database.ClockAheadSeconds < 0 ? "behind" : "ahead of")} this machine's");
        return apart >= ClocksFarApartSeconds ? Finding.Problem("postgres_clock", what, "Keep both clocks right, by chrony or systemd-timesyncd: leases and timers go by the database's, deadlines by the machine's.")
            : apart >= ClocksApartSeconds ? Finding.Warning("postgres_clock", what, "Keep both clocks right, by chrony or systemd-timesyncd.")
            : Finding.Ok("postgres_clock", what);
    }

    static Finding Space(DatabaseFacts database)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"the database takes {database.SizeBytes / (double)Gib:0.00} GiB");
        if (database.FreeBytes is not { } free)
            return Finding.Ok("postgres_space", $"{size}; what is free on its disk cannot be seen from here");
        var what = string.Create(CultureInfo.InvariantCulture, $"{size}; {free / (double)Gib:0.0} GiB are free");
        return free < Gib ? Finding.Problem("postgres_space", what, "Make room: a database that finds none stops.")
            : free < 10 * Gib ? Finding.Warning("postgres_space", what, "Make room before it is needed.")
            : Finding.Ok("postgres_space", what);
    }

    static Finding Long(DatabaseFacts database) => database.LongTransactions.Count == 0
        ? Finding.Ok("postgres_long_transactions", "no transaction is open for more than five minutes")
        : Finding.Warning(
            "postgres_long_transactions",
            "open for long: " + string.Join("; ", database.LongTransactions.Select(t => $"process {t.Pid} of {(t.Application.Length == 0 ? "nobody named" : t.Application)}, {t.State}, {t.Seconds} s")),
            "End it (select pg_terminate_backend(pid)) unless it is a backup: no dead row that is younger can be cleared away, and outbox and inbox grow.");

    static Finding Prepared(DatabaseFacts database) => database.PreparedTransactions == 0
        ? Finding.Ok("postgres_prepared_transactions", "no prepared transaction is left")
        : Finding.Problem("postgres_prepared_transactions", $"{database.PreparedTransactions} prepared transactions wait for their end", "The service makes none: commit or roll back those in pg_prepared_xacts; they keep locks for ever.");

    static Finding Bloat(DatabaseFacts database) => database.Bloat.Count == 0
        ? Finding.Ok("postgres_bloat", "no table has more dead rows than live ones")
        : Finding.Warning(
            "postgres_bloat", string.Join("; ", database.Bloat.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Table}: {t.Dead:N0} dead rows, {t.Live:N0} live"))),
            "Look for long transactions first; then vacuum (analyze) the table, and let autovacuum come more often.");

    static Finding Vacuum(DatabaseFacts database) => MustBeOn(database, "postgres_autovacuum", "autovacuum", "Outbox, inbox and timers turn over all the time, and dead rows stay.");

    static Finding Wraparound(DatabaseFacts database)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"its oldest transaction number is {database.TransactionAge:N0} old");
        return database.TransactionAge > TooOldTransactions ? Finding.Problem("postgres_transaction_age", what, "vacuum (freeze) now: at two billion the database takes no more writes.")
            : database.TransactionAge > OldTransactions ? Finding.Warning("postgres_transaction_age", what, "Find out what keeps autovacuum from freezing: long transactions, prepared ones, replication slots.")
            : Finding.Ok("postgres_transaction_age", what);
    }

    static Finding Checksums(DatabaseFacts database) => Setting(database, "data_checksums") == "on" || database.IsLocal
        ? Finding.Ok("postgres_checksums", $"data_checksums is {Setting(database, "data_checksums")}")
        : Finding.Warning("postgres_checksums", "data_checksums is off", "Switch it on with pg_checksums --enable while the server is stopped: what a disk has broken is noticed then.");

    static Finding Extensions(DatabaseFacts database) => database.Extensions.Contains("pg_stat_statements", StringComparer.Ordinal)
        ? Finding.Ok("postgres_extensions", "none is needed; pg_stat_statements is there to see what is slow")
        : new Finding("postgres_extensions", FindingLevel.Ok, "none is needed", "With pg_stat_statements it could be seen which statements are slow.");

    static string Setting(DatabaseFacts database, string name) => database.Settings.GetValueOrDefault(name, "");

    static long Number(DatabaseFacts database, string name) => long.TryParse(Setting(database, name), CultureInfo.InvariantCulture, out var number) ? number : 0;

    static long Size(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var unit = text[digits..] switch { "kB" => 1L << 10, "MB" => 1L << 20, "GB" => Gib, "TB" => 1L << 40, _ => 0 };
        return long.TryParse(text.AsSpan(0, digits), CultureInfo.InvariantCulture, out var number) ? number * unit : 0;
    }
}
