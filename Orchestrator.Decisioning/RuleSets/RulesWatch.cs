using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>
/// Follows the rules in force without a restart: asks for three short rows every so often, and reads no more than what has changed. What cannot be
/// read or does not fit leaves what was in force before. Until it has read for the first time the built-in rules decide, without lists.
/// </summary>
public sealed partial class RulesWatch : FollowingService, IRulesInForce
{
    // Removed entries are kept for a day; who has not asked for half of one begins anew.
    static readonly TimeSpan LongestPause = TimeSpan.FromHours(12);
    static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    readonly NpgsqlDataSource _database;
    readonly ListReader _reader;
    readonly ListStore _lists;
    readonly RuleSchema _schema;
    readonly TimeProvider _time;
    readonly ILogger<RulesWatch> _logger;
    readonly CompiledRuleSet _builtIn;
    readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);
    volatile RulesInForce _current;
    DateTimeOffset _askedAt;
    long _prunedAt;

    /// <summary>A watch over the rules of one process.</summary>
    /// <exception cref="InvalidOperationException">The built-in rules, or those of the file, do not fit the schema.</exception>
    public RulesWatch(NpgsqlDataSource database, RuleSchema schema, RulesOptions options, TimeProvider time, ILogger<RulesWatch> logger)
        : base("Rules and lists", TimeSpan.FromMilliseconds(options.PollMs), time, logger)
    {
        (_database, _schema, _time, _logger) = (database, schema, time, logger);
        (_reader, _lists, _prunedAt) = (new ListReader(database), new ListStore(database, time), time.GetTimestamp());
        _builtIn = options.File is { } file ? RuleSetFile.Compile(file, schema) : BuiltInRuleSet.Compile(schema);
        _current = new RulesInForce(_builtIn, Shadow: null, ListsSnapshot.None);
    }

    /// <inheritdoc />
    public RulesInForce Current => _current;

    /// <inheritdoc />
    public override async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        var before = _current;
        var now = _time.GetUtcNow();
        var (clock, live, shadow) = await AskAsync(cancellationToken);
        // A clock that went back is another database's, or one that was restored.
        var known = now - _askedAt > LongestPause || clock < before.Lists.Version ? ListsSnapshot.None : before.Lists;
        var lists = clock == known.Version ? known : await _reader.ReadAsync(known, cancellationToken);
        var next = new RulesInForce(
            await FollowAsync(before.Live, live, cancellationToken) ?? _builtIn,
            await FollowAsync(before.Shadow, shadow, cancellationToken),
            lists);
        _askedAt = now;
        IsLoaded();
        if (next == before)
            return false;
        _current = next;
        Following(_logger, next.Live.Version, next.Shadow?.Version ?? "none", next.Lists.Version);
        return true;
    }

    /// <inheritdoc />
    protected override async Task TidyAsync(CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(_prunedAt) > PruneEvery && !await _lists.PruneAsync(cancellationToken))
            _prunedAt = _time.GetTimestamp();
    }

    async Task<(long Clock, Stored? Live, Stored? Shadow)> AskAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("""
            select c.version, l.version, l.hash, s.version, s.hash from decisioning.list_clock c
            left join decisioning.rule_set l on l.state = 'live' left join decisioning.rule_set s on s.state = 'shadow'
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            throw new InvalidDataException("decisioning.list_clock has no row");
        return (rows.GetInt64(0), Of(1), Of(3));

        Stored? Of(int column) => rows.IsDBNull(column) ? null : new Stored(rows.GetString(column), rows.GetString(column + 1));
    }

    // Versions do not change, so the name says whether it is another one.
    async Task<CompiledRuleSet?> FollowAsync(CompiledRuleSet? current, Stored? stored, CancellationToken cancellationToken)
    {
        if (stored is null)
            return null;
        if (current?.Name == stored.Version && current.Hash == stored.Hash)
            return current;
        if (_refused.TryGetValue(stored.Version, out var hash) && hash == stored.Hash)
            return current;
        await using var command = _database.CreateCommand("select content::text from decisioning.rule_set where version = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stored.Version });
        var content = RuleSetStore.Content(stored.Version, (string)(await command.ExecuteScalarAsync(cancellationToken))!);
        if (CompiledRuleSet.TryCompile(stored.Version, content, _schema, null, out var compiled, out var errors, stored.Hash))
        {
            compiled.Prepare();
            return compiled;
        }
        // It was checked when it was stored: another version of the service knows other names.
        _refused[stored.Version] = stored.Hash;
        DoesNotFit(_logger, stored.Version, errors[0].Field, errors[0].Code, current?.Version ?? "none");
        return current;
    }

    sealed record Stored(string Version, string Hash);

    [LoggerMessage(LogLevel.Information, "Rules in force: {Live}; shadow {Shadow}; lists of version {Lists}")]
    static partial void Following(ILogger logger, string live, string shadow, long lists);

    [LoggerMessage(LogLevel.Error, "Rule set {Version} does not fit this version of the service ({Field}: {Code}); {Current} stays in force")]
    static partial void DoesNotFit(ILogger logger, string version, string field, string code, string current);
}
