using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Decisioning.Storage.Statements;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>
/// Rule sets in PostgreSQL: reading them, and their changes of state. Changes are rare, so each takes the table for itself, looks, and writes
/// state and log together; readers are not held up.
/// </summary>
public sealed class RuleSetStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most rule sets of one page.</summary>
    public const int MaxPage = 200;

    const string Columns = "version, state, revision, hash, author, created_at, changed_at";

    /// <summary>Stores a draft; the same again changes nothing.</summary>
    public async Task<RuleSetOutcome> CreateAsync(string version, RuleSetContent content, RuleActor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var hash = RuleSetJson.Hash(content);
        var stored = await ExecuteAsync(
            connection,
            "insert into decisioning.rule_set (version, hash, author, content, created_at, changed_at) values ($1, $2, $3, $4::json, $5, $5) on conflict do nothing",
            cancellationToken, Of(version), Of(hash), Of(actor.Name), Of(System.Text.Encoding.UTF8.GetString(RuleSetJson.Write(content))), Of(time.GetUtcNow()));
        var found = (await ReadAsync(connection, version, cancellationToken)).Find(r => r.Version == version)
            ?? throw new InvalidOperationException($"rule set {version} came and went");
        if (stored == 0)
            return found.Hash == hash ? new RuleSetOutcome.Repeated(found) : new RuleSetOutcome.Exists();
        await LogAsync(connection, found, "create", from: null, RuleSetState.Draft, insteadOf: null, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new RuleSetOutcome.Done(found);
    }

    /// <summary>Lets a draft, or one that was retired, be evaluated beside the live one; the former shadow retires.</summary>
    /// <param name="version">Which.</param>
    /// <param name="revision">The revision that was looked at; null for any.</param>
    /// <param name="actor">Who, and why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RuleSetOutcome> ToShadowAsync(string version, int? revision, RuleActor actor, CancellationToken cancellationToken) => ChangeAsync(
        version, RuleSetState.Shadow, revision, async (connection, all, target) =>
        {
            if (target.State == RuleSetState.Live)
                return new RuleSetOutcome.WrongState(target.State);
            await RetireAsync(connection, all.Find(r => r.State == RuleSetState.Shadow), "retire", actor, cancellationToken);
            await MoveAsync(connection, target, "shadow", RuleSetState.Shadow, insteadOf: null, actor, cancellationToken);
            return null;
        },
        cancellationToken);

    /// <summary>Puts a shadow in force, in the name of somebody who has not written it; the former one retires.</summary>
    public Task<RuleSetOutcome> ActivateAsync(string version, int? revision, RuleActor actor, CancellationToken cancellationToken) => ChangeAsync(
        version, RuleSetState.Live, revision, async (connection, all, target) =>
        {
            if (target.State != RuleSetState.Shadow)
                return new RuleSetOutcome.WrongState(target.State);
            var former = all.Find(r => r.State == RuleSetState.Live);
            await RetireAsync(connection, former, "retire", actor, cancellationToken);
            await MoveAsync(connection, target, "activate", RuleSetState.Live, former?.Version, actor, cancellationToken);
            return null;
        },
        cancellationToken);

    /// <summary>
    /// Takes the live one out of force; what it replaced is live again, or the built-in rules are. That needs no second pair of eyes: what comes back
    /// was in force before, and whoever is on duty must be able to do it.
    /// </summary>
    public Task<RuleSetOutcome> RollBackAsync(string version, int? revision, RuleActor actor, CancellationToken cancellationToken) => ChangeAsync(
        version, RuleSetState.Retired, revision, async (connection, all, target) =>
        {
            if (target.State != RuleSetState.Live)
                return new RuleSetOutcome.WrongState(target.State);
            await RetireAsync(connection, target, "roll_back", actor, cancellationToken);
            if (await ReplacedByAsync(connection, version, cancellationToken) is not { } former)
                return null;
            var restored = (await ReadAsync(connection, former, cancellationToken)).Find(r => r.Version == former)!;
            // Should it be shadow again meanwhile, it is live now.
            await MoveAsync(connection, restored, "restore", RuleSetState.Live, await ReplacedByAsync(connection, former, cancellationToken), actor, cancellationToken);
            return null;
        },
        cancellationToken);

    /// <summary>The version that rolling back <paramref name="version"/> would restore; null for the built-in rules.</summary>
    public async Task<string?> FindReplacedByAsync(string version, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReplacedByAsync(connection, version, cancellationToken);
    }

    /// <summary>A page of rule sets by name.</summary>
    public async Task<IReadOnlyList<RuleSetSummary>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from decisioning.rule_set where version > $1 order by version limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(after ?? ""), Of(Math.Clamp(limit, 1, MaxPage)) });
        return await SummariesAsync(command, cancellationToken);
    }

    /// <summary>A rule set; null when there is none of that name.</summary>
    public async Task<StoredRuleSet?> FindAsync(string version, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"select {Columns}, content::text from decisioning.rule_set where version = $1") { Parameters = { Of(version) } },
                new("select action, from_state, to_state, instead_of, actor, reason, at from decisioning.rule_set_log where version = $1 order by id limit 1000") { Parameters = { Of(version) } },
            },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            return null;
        var summary = Summary(rows);
        var content = Content(version, rows.GetString(7));
        await rows.NextResultAsync(cancellationToken);
        var log = new List<RuleSetLogEntry>();
        while (await rows.ReadAsync(cancellationToken))
        {
            log.Add(new RuleSetLogEntry(
                rows.GetString(0), rows.Text(1), rows.GetString(2), rows.Text(3), rows.GetString(4), rows.GetString(5), rows.GetFieldValue<DateTimeOffset>(6)));
        }
        return new StoredRuleSet(summary, content, log);
    }

    internal static RuleSetContent Content(string version, string json) =>
        RuleSetJson.TryRead(System.Text.Encoding.UTF8.GetBytes(json), out var content, out var error)
            ? content
            : throw new InvalidDataException($"rule set {version} cannot be read: {error}");

    async Task<RuleSetOutcome> ChangeAsync(
        string version, RuleSetState to, int? revision, Func<NpgsqlConnection, List<RuleSetSummary>, RuleSetSummary, Task<RuleSetOutcome?>> change,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "lock table decisioning.rule_set in share row exclusive mode", cancellationToken);
        var all = await ReadAsync(connection, version, cancellationToken);
        if (all.Find(r => r.Version == version) is not { } target)
            return new RuleSetOutcome.NotFound();
        if (target.State == to && (to != RuleSetState.Retired || await WasRolledBackAsync(connection, version, cancellationToken)))
            return new RuleSetOutcome.Repeated(target);
        if (revision is { } seen && seen != target.Revision)
            return new RuleSetOutcome.Stale(target.Revision);
        try
        {
            if (await change(connection, all, target) is { } refused)
                return refused;
        }
        catch (PostgresException e) when (e.ConstraintName == "four_eyes")
        {
            return new RuleSetOutcome.SameEyes();
        }
        var changed = (await ReadAsync(connection, version, cancellationToken)).Find(r => r.Version == version)!;
        await transaction.CommitAsync(cancellationToken);
        return new RuleSetOutcome.Done(changed);
    }

    async Task RetireAsync(NpgsqlConnection connection, RuleSetSummary? ruleSet, string action, RuleActor actor, CancellationToken cancellationToken)
    {
        if (ruleSet is not null)
            await MoveAsync(connection, ruleSet, action, RuleSetState.Retired, insteadOf: null, actor, cancellationToken);
    }

    async Task MoveAsync(
        NpgsqlConnection connection, RuleSetSummary ruleSet, string action, RuleSetState to, string? insteadOf, RuleActor actor, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection, "update decisioning.rule_set set state = $2, changed_at = $3, revision = revision + 1 where version = $1", cancellationToken,
            Of(ruleSet.Version), Of(Stored(to)), Of(time.GetUtcNow()));
        await LogAsync(connection, ruleSet, action, ruleSet.State, to, insteadOf, actor, cancellationToken);
    }

    Task<int> LogAsync(
        NpgsqlConnection connection, RuleSetSummary ruleSet, string action, RuleSetState? from, RuleSetState to, string? insteadOf, RuleActor actor,
        CancellationToken cancellationToken) => ExecuteAsync(
            connection,
            """
            insert into decisioning.rule_set_log (version, action, from_state, to_state, instead_of, author, actor, remote, reason, at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            cancellationToken, Of(ruleSet.Version), Of(action), Of(from is { } state ? Stored(state) : null), Of(Stored(to)), Of(insteadOf), Of(ruleSet.Author),
            Of(actor.Name), Of(actor.Remote), Of(actor.Reason), Of(time.GetUtcNow()));

    static async Task<string?> ReplacedByAsync(NpgsqlConnection connection, string version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select instead_of from decisioning.rule_set_log where version = $1 and to_state = 'live' order by id desc limit 1", connection) { Parameters = { Of(version) } };
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    static async Task<bool> WasRolledBackAsync(NpgsqlConnection connection, string version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select action from decisioning.rule_set_log where version = $1 order by id desc limit 1", connection) { Parameters = { Of(version) } };
        return await command.ExecuteScalarAsync(cancellationToken) is "roll_back";
    }

    static async Task<List<RuleSetSummary>> ReadAsync(NpgsqlConnection connection, string version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns} from decisioning.rule_set where version = $1 or state = 'live' or state = 'shadow'", connection) { Parameters = { Of(version) } };
        return await SummariesAsync(command, cancellationToken);
    }

    static async Task<List<RuleSetSummary>> SummariesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<RuleSetSummary>();
        while (await rows.ReadAsync(cancellationToken))
            found.Add(Summary(rows));
        return found;
    }

    static RuleSetSummary Summary(NpgsqlDataReader row) => new(
        row.GetString(0), Enum.Parse<RuleSetState>(row.GetString(1), ignoreCase: true), row.GetInt32(2), row.GetString(3), row.GetString(4),
        row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6));

    static string Stored(RuleSetState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}");

}
