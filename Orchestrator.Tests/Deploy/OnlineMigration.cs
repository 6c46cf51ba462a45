using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Tests.Deploy;

/// <summary>
/// What a migration may do while older versions run (docs/operations.md): it only adds, unless its name says that it contracts; and it holds no lock for longer than a moment,
/// unless a line <c>-- online: why</c> says why that is so here.
/// </summary>
static partial class OnlineMigration
{
    const RegexOptions Style = RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    // What older versions would miss, or could not write any more.
    static readonly (string Rule, Regex Pattern)[] TakingAway =
    [
        ("drops", new(@"^drop (?!index concurrently)", Style, Bound)),
        ("drops", new(@"^alter (table|view|type|materialized view) .*\bdrop (?!default|not null|constraint|identity|expression|attribute)", Style, Bound)),
        ("drops_default", new(@"^alter table .*\bdrop default\b", Style, Bound)),
        ("renames", new(@"^alter .*\brename\b", Style, Bound)),
        ("moves_schema", new(@"^alter .*\bset schema\b", Style, Bound)),
        ("changes_type", new(@"^alter table .*\balter (column )?\S+ (set data )?type\b", Style, Bound)),
        ("requires_value", new(@"^alter table .*\bset not null\b", Style, Bound)),
        ("truncates", new(@"^truncate\b", Style, Bound)),
    ];

    static readonly Regex AddedColumn = new(@"\badd (column )?(if not exists )?(?!constraint\b|check\b|primary\b|unique\b|foreign\b|exclude\b|value\b)(?<name>\S+) (?<rest>([^,(]|\([^)]*\))*)", Style, Bound);
    static readonly Regex AddedConstraint = new(@"\badd (constraint (?<name>\S+) )?(?<kind>check|foreign key|unique|primary key|exclude)\b(?<rest>.*)", Style, Bound);
    static readonly Regex DroppedConstraint = new(@"\bdrop constraint (if exists )?(?<name>\w+)", Style, Bound);
    static readonly Regex Index = new(@"^create (unique )?index (?<how>concurrently )?.*?\bon (only )?(?<table>[\w.""]+)", Style, Bound);
    static readonly Regex Table = new(@"^create (unlogged )?table (if not exists )?(?<table>[\w.""]+)", Style, Bound);
    static readonly Regex Altered = new(@"^alter table (if exists )?(only )?(?<table>[\w.""]+)", Style, Bound);
    static readonly Regex Rows = new(@"^(with .*\b)?(update (only )?(?<table>[\w.""]+) (as \w+ |\w+ )?set|delete from (?<table>[\w.""]+))\b", Style, Bound);
    static readonly Regex LongLock = new(@"^(lock\b|vacuum full\b|cluster\b|reindex\b|refresh materialized view (?!concurrently)|alter table .*\bset (logged|unlogged|tablespace|access method)\b)", Style, Bound);
    static readonly Regex Rewriting = new(@"\b(default .*(random|gen_random_uuid|clock_timestamp|uuid_generate)|generated always as|serial|bigserial)\b", Style, Bound);

    /// <summary>What a migration does that it must not; nothing when all is well.</summary>
    /// <param name="name">Its file name.</param>
    /// <param name="sql">Its text.</param>
    public static IReadOnlyList<string> Breaches(string name, string sql)
    {
        var migration = MigrationName.Parse(name);
        var header = Contract().Match(sql);
        if (migration.ContractSince is { } since)
        {
            if (!header.Success || int.Parse(header.Groups["since"].ValueSpan, CultureInfo.InvariantCulture) != since)
                return [$"contract_header: the first lines must have '-- contract: since {since:0000}' and what no version needs any more that knows it"];
            if (since >= migration.Number)
                return ["contract_since: what is taken away must have been without use since an earlier migration"];
        }
        else if (header.Success)
        {
            return [$"contract_name: name it NNNN_contract_since_{header.Groups["since"].Value}_..., for the name is all that older versions see of it"];
        }

        var isShort = Short().IsMatch(sql);
        var statements = Statements(sql);
        var made = statements.Select(s => Table.Match(s)).Where(m => m.Success).Select(m => m.Groups["table"].Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var breaches = new List<string>();
        foreach (var statement in statements)
        {
            if (!migration.Contracts)
                breaches.AddRange(Away(statement, statements, made).Select(rule => $"{rule}: {Start(statement)}"));
            if (!isShort)
                breaches.AddRange(Locks(statement, made).Select(rule => $"{rule}: {Start(statement)}"));
            if (Index.Match(statement) is { Success: true } index && index.Groups["how"].Success)
                breaches.Add($"concurrently_in_transaction: {Start(statement)}");
        }
        return breaches;
    }

    static IEnumerable<string> Away(string statement, IReadOnlyList<string> statements, HashSet<string> made)
    {
        var altered = Altered.Match(statement);
        if (altered.Success && made.Contains(altered.Groups["table"].Value))
            yield break;
        foreach (var (rule, _) in TakingAway.Where(t => t.Pattern.IsMatch(statement)))
            yield return rule;
        // A constraint that is put back under its name, wider, is no loss.
        foreach (var dropped in DroppedConstraint.Matches(statement).Select(m => m.Groups["name"].Value))
        {
            if (!statements.Any(s => Regex.IsMatch(s, $@"\badd constraint {Regex.Escape(dropped)}\b", Style, Bound)))
                yield return "drops";
        }
        if (altered.Success)
        {
            foreach (Match column in AddedColumn.Matches(statement))
            {
                var rest = column.Groups["rest"].Value;
                if (rest.Contains("not null", StringComparison.OrdinalIgnoreCase) && !Regex.IsMatch(rest, @"\b(default|generated)\b", Style, Bound))
                    yield return "requires_value";
            }
        }
    }

    static IEnumerable<string> Locks(string statement, HashSet<string> made)
    {
        if (LongLock.IsMatch(statement))
            yield return "long_lock";
        if (Index.Match(statement) is { Success: true } index && !index.Groups["how"].Success && !made.Contains(index.Groups["table"].Value))
            yield return "index_on_rows";
        if (Rows.Match(statement) is { Success: true } rows && !made.Contains(rows.Groups["table"].Value))
            yield return "changes_rows";
        if (Altered.Match(statement) is not { Success: true } altered || made.Contains(altered.Groups["table"].Value))
            yield break;
        if (AddedConstraint.Match(statement) is { Success: true } added)
        {
            var rest = added.Groups["rest"].Value;
            if (!rest.Contains("not valid", StringComparison.OrdinalIgnoreCase) && !rest.Contains("using index", StringComparison.OrdinalIgnoreCase))
                yield return "checks_rows";
        }
        if (AddedColumn.Matches(statement).Any(m => Rewriting.IsMatch(m.Value)))
            yield return "rewrites_rows";
    }

    /// <summary>The statements of a script, without comments, blanks made one.</summary>
    public static IReadOnlyList<string> Statements(string sql)
    {
        var statements = new List<string>();
        var current = new System.Text.StringBuilder();
        foreach (Match piece in Pieces().Matches(sql))
        {
            if (piece.Groups["comment"].Success)
                current.Append(' ');
            else if (piece.ValueSpan is ";")
                End();
            else
                current.Append(piece.ValueSpan);
        }
        End();
        return statements;

        void End()
        {
            var statement = Blanks().Replace(current.ToString(), " ").Trim();
            if (statement.Length > 0)
                statements.Add(statement);
            current.Clear();
        }
    }

    static string Start(string statement) => statement.Length <= 80 ? statement : statement[..80] + " ...";

    [GeneratedRegex(@"(?<comment>--[^\n]*|/\*.*?\*/)|(?<tag>\$\w*\$).*?\k<tag>|'([^']|'')*'|""[^""]*""|.", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Pieces();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1_000)]
    private static partial Regex Blanks();

    [GeneratedRegex("^-- contract: since (?<since>[0-9]{4})", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Contract();

    [GeneratedRegex("^-- online: .{20,}$", RegexOptions.Multiline, 1_000)]
    private static partial Regex Short();
}
