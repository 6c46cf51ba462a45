using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Decisioning.Versions;

/// <summary>
/// The life of the versions in one table and its log, draft, shadow, live, retired: rule sets and models live it alike. Changes are rare, so each takes the
/// table for itself, looks, and writes state and log together; readers are not held up.
/// </summary>
/// <param name="database">Where the table is.</param>
/// <param name="time">The clock of the log.</param>
/// <param name="table">The table; its log has the same name with <c>_log</c>.</param>
sealed class VersionLife(NpgsqlDataSource database, TimeProvider time, string table)
{
    /// <summary>The most versions of one page.</summary>
    public const int MaxPage = 200;

    /// <summary>What is read of every version, in the order of <see cref="Summary"/>.</summary>
    public const string Columns = "version, state, revision, hash, author, created_at, changed_at";

    const int MaxLog = 1_000;

    /// <summary>Stores a draft; the same again changes nothing.</summary>
    /// <param name="version">Its name.</param>
    /// <param name="hash">SHA-256 of its content.</param>
    /// <param name="actor">Who, and why.</param>
    /// <param name="insert">Inserts its row unless there is one of this name; gives how many rows it inserted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<VersionOutcome> CreateAsync(
        string version, string hash, VersionActor actor, Func<NpgsqlConnection, Task<int>> insert, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var stored = await insert(connection);
        var found = (await ReadAsync(connection, version, cancellationToken)).Find(v => v.Version == version)
            ?? throw new InvalidOperationException($"{table} {version} came and went");
        if (stored == 0)
            return found.Hash == hash ? new VersionOutcome.Repeated(found) : new VersionOutcome.Exists();
        await LogAsync(connection, found, "create", from: null, VersionState.Draft, insteadOf: null, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new VersionOutcome.Done(found);
    }

    /// <summary>Lets a draft, or one that was retired, be evaluated beside the live one; the former shadow retires.</summary>
    public Task<VersionOutcome> ToShadowAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) => ChangeAsync(
        version, VersionState.Shadow, revision, async (connection, all, target) =>
        {
            if (target.State == VersionState.Live)
                return new VersionOutcome.WrongState(target.State);
            await RetireAsync(connection, all.Find(v => v.State == VersionState.Shadow), "retire", actor, cancellationToken);
            await MoveAsync(connection, target, "shadow", VersionState.Shadow, insteadOf: null, actor, cancellationToken);
            return null;
        },
        cancellationToken);

    /// <summary>Puts a shadow in force, in the name of somebody who has not written it; the former one retires.</summary>
    public Task<VersionOutcome> ActivateAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) => ChangeAsync(
        version, VersionState.Live, revision, async (connection, all, target) =>
        {
            if (target.State != VersionState.Shadow)
                return new VersionOutcome.WrongState(target.State);
            var former = all.Find(v => v.State == VersionState.Live);
            await RetireAsync(connection, former, "retire", actor, cancellationToken);
            await MoveAsync(connection, target, "activate", VersionState.Live, former?.Version, actor, cancellationToken);
            return null;
        },
        cancellationToken);

    /// <summary>Ends the trial of a shadow.</summary>
    public Task<VersionOutcome> EndTrialAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) => ChangeAsync(
        version, VersionState.Retired, revision, async (connection, _, target) =>
        {
            if (target.State != VersionState.Shadow)
                return new VersionOutcome.WrongState(target.State);
            await RetireAsync(connection, target, "retire", actor, cancellationToken);
            return null;
        },
        cancellationToken, doneBy: "retire");

    /// <summary>
    /// Takes the live one out of force; what it replaced is live again, if it replaced one. That needs no second pair of eyes: what comes back was in force
    /// before, and whoever is on duty must be able to do it.
    /// </summary>
    public Task<VersionOutcome> RollBackAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) => ChangeAsync(
        version, VersionState.Retired, revision, async (connection, all, target) =>
        {
            if (target.State != VersionState.Live)
                return new VersionOutcome.WrongState(target.State);
            await RetireAsync(connection, target, "roll_back", actor, cancellationToken);
            if (await ReplacedByAsync(connection, version, cancellationToken) is not { } former)
                return null;
            var restored = (await ReadAsync(connection, former, cancellationToken)).Find(v => v.Version == former)!;
            // Should it be shadow again meanwhile, it is live now.
            await MoveAsync(connection, restored, "restore", VersionState.Live, await ReplacedByAsync(connection, former, cancellationToken), actor, cancellationToken);
            return null;
        },
        cancellationToken, doneBy: "roll_back");

    /// <summary>The version that rolling back <paramref name="version"/> would restore; null for none.</summary>
    public async Task<string?> FindReplacedByAsync(string version, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReplacedByAsync(connection, version, cancellationToken);
    }

    /// <summary>What was done with a version, the first at the top; at most a thousand.</summary>
    public async Task<IReadOnlyList<VersionLogEntry>> HistoryAsync(string version, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select action, from_state, to_state, instead_of, actor, reason, at from {table}_log where version = $1 order by id limit {MaxLog}");
        command.Parameters.Add(Of(version));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var log = new List<VersionLogEntry>();
        while (await row.ReadAsync(cancellationToken))
        {
            log.Add(new VersionLogEntry(
                row.GetString(0), row.Text(1), row.GetString(2), row.Text(3), row.GetString(4), row.GetString(5), row.GetFieldValue<DateTimeOffset>(6)));
        }
        return log;
    }

    /// <summary>A version from a row that begins with <see cref="Columns"/>.</summary>
    public static VersionSummary Summary(NpgsqlDataReader row) => new(
        row.GetString(0), Enum.Parse<VersionState>(row.GetString(1), ignoreCase: true), row.GetInt32(2), row.GetString(3), row.GetString(4),
        row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6));

    // Of two ways to retire only the one that was gone counts as done before.
    async Task<VersionOutcome> ChangeAsync(
        string version, VersionState to, int? revision, Func<NpgsqlConnection, List<VersionSummary>, VersionSummary, Task<VersionOutcome?>> change,
        CancellationToken cancellationToken, string? doneBy = null)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"lock table {table} in share row exclusive mode", cancellationToken);
        var all = await ReadAsync(connection, version, cancellationToken);
        if (all.Find(v => v.Version == version) is not { } target)
            return new VersionOutcome.NotFound();
        if (target.State == to && (doneBy is null || await LastActionAsync(connection, version, cancellationToken) == doneBy))
            return new VersionOutcome.Repeated(target);
        if (revision is { } seen && seen != target.Revision)
            return new VersionOutcome.Stale(target.Revision);
        try
        {
            if (await change(connection, all, target) is { } refused)
                return refused;
        }
        catch (PostgresException e) when (e.ConstraintName == "four_eyes")
        {
            return new VersionOutcome.SameEyes();
        }
        var changed = (await ReadAsync(connection, version, cancellationToken)).Find(v => v.Version == version)!;
        await transaction.CommitAsync(cancellationToken);
        return new VersionOutcome.Done(changed);
    }

    async Task RetireAsync(NpgsqlConnection connection, VersionSummary? version, string action, VersionActor actor, CancellationToken cancellationToken)
    {
        if (version is not null)
            await MoveAsync(connection, version, action, VersionState.Retired, insteadOf: null, actor, cancellationToken);
    }

    async Task MoveAsync(
        NpgsqlConnection connection, VersionSummary version, string action, VersionState to, string? insteadOf, VersionActor actor, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection, $"update {table} set state = $2, changed_at = $3, revision = revision + 1 where version = $1", cancellationToken,
            Of(version.Version), Of(Stored(to)), Of(time.GetUtcNow()));
        await LogAsync(connection, version, action, version.State, to, insteadOf, actor, cancellationToken);
    }

    Task<int> LogAsync(
        NpgsqlConnection connection, VersionSummary version, string action, VersionState? from, VersionState to, string? insteadOf, VersionActor actor,
        CancellationToken cancellationToken) => ExecuteAsync(
            connection,
            $"""
            insert into {table}_log (version, action, from_state, to_state, instead_of, author, actor, remote, reason, at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            cancellationToken, Of(version.Version), Of(action), Of(from is { } state ? Stored(state) : null), Of(Stored(to)), Of(insteadOf), Of(version.Author),
            Of(actor.Name), Of(actor.Remote), Of(actor.Reason), Of(time.GetUtcNow()));

    async Task<string?> ReplacedByAsync(NpgsqlConnection connection, string version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select instead_of from {table}_log where version = $1 and to_state = 'live' order by id desc limit 1", connection) { Parameters = { Of(version) } };
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    async Task<string?> LastActionAsync(NpgsqlConnection connection, string version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select action from {table}_log where version = $1 order by id desc limit 1", connection) { Parameters = { Of(version) } };
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    async Task<List<VersionSummary>> ReadAsync(NpgsqlConnection connection, string version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns} from {table} where version = $1 or state = 'live' or state = 'shadow'", connection) { Parameters = { Of(version) } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<VersionSummary>();
        while (await row.ReadAsync(cancellationToken))
            found.Add(Summary(row));
        return found;
    }

    static string Stored(VersionState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}");
}
