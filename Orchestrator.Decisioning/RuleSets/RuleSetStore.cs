using Npgsql;
using Orchestrator.Decisioning.Versions;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>Rule sets in PostgreSQL: reading them, and their changes of state.</summary>
public sealed class RuleSetStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most rule sets of one page.</summary>
    public const int MaxPage = VersionLife.MaxPage;

    readonly VersionLife _life = new(database, time, "decisioning.rule_set");

    /// <summary>Stores a draft; the same again changes nothing.</summary>
    public Task<VersionOutcome> CreateAsync(string version, RuleSetContent content, VersionActor actor, CancellationToken cancellationToken)
    {
        var hash = RuleSetJson.Hash(content);
        return _life.CreateAsync(
            version, hash, actor,
            connection => ExecuteAsync(
                connection,
                "insert into decisioning.rule_set (version, hash, author, content, created_at, changed_at) values ($1, $2, $3, $4::json, $5, $5) on conflict do nothing",
                cancellationToken, Of(version), Of(hash), Of(actor.Name), Of(System.Text.Encoding.UTF8.GetString(RuleSetJson.Write(content))), Of(time.GetUtcNow())),
            cancellationToken);
    }

    /// <summary>Lets a draft, or one that was retired, be evaluated beside the live one; the former shadow retires.</summary>
    /// <param name="version">Which.</param>
    /// <param name="revision">The revision that was looked at; null for any.</param>
    /// <param name="actor">Who, and why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<VersionOutcome> ToShadowAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) =>
        _life.ToShadowAsync(version, revision, actor, cancellationToken);

    /// <summary>Puts a shadow in force, in the name of somebody who has not written it; the former one retires.</summary>
    public Task<VersionOutcome> ActivateAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) =>
        _life.ActivateAsync(version, revision, actor, cancellationToken);

    /// <summary>Takes the live one out of force; what it replaced is live again, or the built-in rules are.</summary>
    public Task<VersionOutcome> RollBackAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) =>
        _life.RollBackAsync(version, revision, actor, cancellationToken);

    /// <summary>The version that rolling back <paramref name="version"/> would restore; null for the built-in rules.</summary>
    public Task<string?> FindReplacedByAsync(string version, CancellationToken cancellationToken) => _life.FindReplacedByAsync(version, cancellationToken);

    /// <summary>A page of rule sets by name.</summary>
    public async Task<IReadOnlyList<VersionSummary>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {VersionLife.Columns} from decisioning.rule_set where version > $1 order by version limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(after ?? ""), Of(Math.Clamp(limit, 1, MaxPage)) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<VersionSummary>();
        while (await row.ReadAsync(cancellationToken))
            page.Add(VersionLife.Summary(row));
        return page;
    }

    /// <summary>A rule set; null when there is none of that name.</summary>
    public async Task<StoredRuleSet?> FindAsync(string version, CancellationToken cancellationToken)
    {
        if (await ReadAsync(version, cancellationToken) is not (var summary, var content))
            return null;
        return new StoredRuleSet(summary, content, await _life.HistoryAsync(version, cancellationToken));
    }

    async Task<(VersionSummary Summary, RuleSetContent Content)?> ReadAsync(string version, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {VersionLife.Columns}, content::text from decisioning.rule_set where version = $1");
        command.Parameters.Add(Of(version));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (VersionLife.Summary(row), Content(version, row.GetString(7))) : null;
    }

    internal static RuleSetContent Content(string version, string json) =>
        RuleSetJson.TryRead(System.Text.Encoding.UTF8.GetBytes(json), out var content, out var error)
            ? content
            : throw new InvalidDataException($"rule set {version} cannot be read: {error}");
}
