using System.Diagnostics.CodeAnalysis;
using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>A rule set that was checked, ready to be evaluated by any number of <see cref="RuleSetEvaluator"/>s.</summary>
public sealed class CompiledRuleSet
{
    /// <summary>The most rules of a set.</summary>
    public const int MaxRules = 500;

    /// <summary>The largest contribution of one rule, above and below zero.</summary>
    public const int MaxContribution = 1_000;

    const int MaxErrors = 100;
    const int MaxTags = 20;
    const int MaxDescription = 500;
    const int MaxName = 64;

    readonly Lazy<RuleSetCode> _code;

    CompiledRuleSet(string name, string hash, RuleSetContent content, RuleSchema schema, IReadOnlyList<string> lists, CompiledRule[] rules)
    {
        (Name, Hash, Content, Schema, Lists, Rules) = (name, hash, content, schema, lists, rules);
        ScoreSoFar = schema.TryFind(MessageFields.ScoreSoFar, out var slot) && slot.Type == RuleType.Number ? slot.Index : -1;
        _code = new Lazy<RuleSetCode>(WriteCode);
    }

    /// <summary>The version's name.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of the content, hexadecimal.</summary>
    public string Hash { get; }

    /// <summary>What decisions say they rest on: the name and the beginning of the hash.</summary>
    public string Version => $"{Name}-{Hash[..8]}";

    /// <summary>What it says.</summary>
    public RuleSetContent Content { get; }

    /// <summary>The names it was checked against.</summary>
    public RuleSchema Schema { get; }

    /// <summary>The lists that its rules look into.</summary>
    public IReadOnlyList<string> Lists { get; }

    internal CompiledRule[] Rules { get; }

    /// <summary>The place of what the rules before have added up to; -1 where no rule could name it.</summary>
    internal int ScoreSoFar { get; }

    internal RuleSetCode Code => _code.Value;

    /// <summary>Writes its code now, so that the first transaction need not wait for it.</summary>
    public void Prepare() => _ = Code;

    /// <summary>All that its rules could look up in lists for an input: its texts, those of the rules, and both in either case.</summary>
    public IReadOnlyCollection<string> LookedUp(RuleInput input)
    {
        var texts = Rules.SelectMany(r => r.When.Program.Texts.Concat(r.Score.Program.Texts)).Concat(input.Texts.OfType<string>()).ToHashSet(StringComparer.Ordinal);
        var lower = texts.Select(t => t.ToLowerInvariant()).ToList();
        var upper = texts.Select(t => t.ToUpperInvariant()).ToList();
        return [.. texts.Concat(lower).Concat(upper).Concat(lower.Select(t => t.ToUpperInvariant())).Concat(upper.Select(t => t.ToLowerInvariant()))
            .Where(IsStorable).Distinct(StringComparer.Ordinal)];
    }

    RuleSetCode WriteCode()
    {
        var code = RuleSetCode.Of([.. Rules.Select(r => (r.When, r.Score))], ScoreSoFar);
        code.Prepare(new RuleInput(Schema), Lists.Count);
        return code;
    }

    // No other text can be on a list.
    static bool IsStorable(string text) => !text.Contains('\0') && !text.EnumerateRunes().Contains(System.Text.Rune.ReplacementChar);

    /// <summary>Checks and compiles a rule set.</summary>
    /// <param name="name">The version's name.</param>
    /// <param name="content">What it says.</param>
    /// <param name="schema">The names it may use.</param>
    /// <param name="knownLists">The lists there are; null when any name will do.</param>
    /// <param name="compiled">The compiled set.</param>
    /// <param name="errors">All that is wrong with it, up to 100.</param>
    /// <param name="hash">The hash that it was stored with, by whichever version of the service; that of this one when null.</param>
    public static bool TryCompile(
        string name, RuleSetContent content, RuleSchema schema, IReadOnlySet<string>? knownLists,
        [NotNullWhen(true)] out CompiledRuleSet? compiled, out IReadOnlyList<RuleSetError> errors, string? hash = null)
    {
        var check = new Check(new ExpressionContext(schema, knownLists));
        check.Settings(content);
        if (content.Rules.Count > MaxRules)
            check.Refuse("too_many_rules", "rules", $"at most {MaxRules}");
        var rules = new List<CompiledRule>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(content.Rules.Count, MaxRules) && check.Errors.Count < MaxErrors; i++)
        {
            var rule = content.Rules[i];
            if (rule is null)
                check.Refuse("missing_field", $"rules[{i}]", "a rule, and not null");
            else if (check.Rule(rule, $"rules[{i}]", names) is { } checkedRule && rule.Enabled)
                rules.Add(checkedRule);
        }
        errors = check.Errors;
        compiled = errors.Count == 0 ? new CompiledRuleSet(name, hash ?? RuleSetJson.Hash(content), content, schema, check.Context.Lists, [.. rules]) : null;
        return compiled is not null;
    }

    /// <summary>Whether a text can name a version or a rule: lower-case letters, digits and <c>_ . -</c>, beginning with a letter or digit; at most 64.</summary>
    public static bool IsVersionName([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 and <= MaxName } && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '.' or '-');

    static bool IsRuleName(string name) => name is { Length: > 0 and <= MaxName } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    sealed class Check(ExpressionContext context)
    {
        public ExpressionContext Context { get; } = context;

        public List<RuleSetError> Errors { get; } = [];

        public void Refuse(string code, string field, string detail) => Errors.Add(new RuleSetError(code, field, detail));

        public void Settings(RuleSetContent content)
        {
            if (content.Thresholds.Review is < 1 or > 1_000)
                Refuse("out_of_range", "thresholds.review", "from 1 to 1000");
            if (content.Thresholds.Decline > 1_001 || content.Thresholds.Decline <= content.Thresholds.Review)
                Refuse("out_of_range", "thresholds.decline", "above the threshold for a review, to 1001 (never)");
            if (content.Combine is { } combine && !(combine.ModelWeight >= 0 && combine.ModelWeight <= (combine.Mode == CombineMode.Weighted ? 1 : 10)))
                Refuse("out_of_range", "combine.modelWeight", "from 0 to 10; of weighted from 0 to 1");
            Text(content.Description, "description");
        }

        public CompiledRule? Rule(RuleDefinition rule, string at, HashSet<string> names)
        {
            var before = Errors.Count;
            if (!IsRuleName(rule.Name))
                Refuse("invalid_name", $"{at}.name", $"1 to {MaxName} lower-case letters, digits and _");
            else if (!names.Add(rule.Name))
                Refuse("repeated_name", $"{at}.name", "each rule has a name of its own");
            Text(rule.Description, $"{at}.description");
            if (rule.Tags is { Count: > MaxTags } || rule.Tags?.Any(t => t is null or { Length: 0 or > MaxName } || t.Any(char.IsControl)) is true)
                Refuse("invalid_tags", $"{at}.tags", $"at most {MaxTags}, each of 1 to {MaxName} characters");
            if (rule.OnFailure is { Score: < -MaxContribution or > MaxContribution })
                Refuse("out_of_range", $"{at}.onFailure.score", $"from -{MaxContribution} to {MaxContribution}");
            var when = Read(rule.When, $"{at}.when", RuleType.Boolean);
            var score = Read(rule.Score, $"{at}.score", RuleType.Number);
            if (score?.Root is ValueNode { Value: < -MaxContribution or > MaxContribution })
                Refuse("out_of_range", $"{at}.score", $"from -{MaxContribution} to {MaxContribution}");
            SentenceTemplate? sentence = null;
            if (rule.Sentence.Trim().Length == 0)
                Refuse("missing_field", $"{at}.sentence", "what the rule saw, for a case worker");
            Placed($"{at}.sentence", () => sentence = SentenceTemplate.Read(rule.Sentence, Context));
            return Errors.Count == before ? new CompiledRule(rule, when!, score!, sentence!) : null;
        }

        RuleExpression? Read(string source, string field, RuleType type)
        {
            RuleExpression? expression = null;
            Placed(field, () => expression = RuleExpression.Read(source, 0, source.Length, type, Context));
            return expression;
        }

        void Placed(string field, Action read)
        {
            try
            {
                read();
            }
            catch (RuleErrorException e)
            {
                Errors.Add(new RuleSetError(e.Error.Code, field, e.Error.Detail, e.Error.Line, e.Error.Column));
            }
        }

        void Text(string? text, string field)
        {
            if (text is { Length: > MaxDescription })
                Refuse("too_long", field, $"at most {MaxDescription} characters");
        }
    }
}

/// <summary>A rule, compiled.</summary>
sealed class CompiledRule(RuleDefinition definition, RuleExpression when, RuleExpression score, SentenceTemplate sentence)
{
    public RuleDefinition Definition { get; } = definition;

    public RuleExpression When { get; } = when;

    public RuleExpression Score { get; } = score;

    /// <summary>What it adds where that is written out, as it is in most rules; else null.</summary>
    public int? Constant { get; } = score.Root is ValueNode { Value: var value } ? Contribution(value) : null;

    public RuleFloor Floor { get; } = definition.Outcome;

    public RuleDefault OnFailure { get; } = definition.OnFailure ?? new RuleDefault();

    public SentenceTemplate Sentence { get; } = sentence;

    /// <summary>What a score adds: whole points, within bounds.</summary>
    public static int Contribution(double score) => (int)Math.Round(Math.Clamp(score, -CompiledRuleSet.MaxContribution, CompiledRuleSet.MaxContribution));
}
