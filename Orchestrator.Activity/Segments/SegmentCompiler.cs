using System.Globalization;
using System.Text.Json;
using Orchestrator.Contracts;

namespace Orchestrator.Activity.Segments;

/// <summary>Makes a rule of a condition, or says everything that is wrong with it, and where.</summary>
sealed class SegmentCompiler
{
    /// <summary>The most conditions of a definition, at all depths.</summary>
    public const int MaxConditions = 64;

    /// <summary>How deep conditions may stand in one another.</summary>
    public const int MaxDepth = 8;

    /// <summary>The most values of an <c>in</c>.</summary>
    public const int MaxValues = 100;

    /// <summary>The longest text.</summary>
    public const int MaxText = 256;

    /// <summary>The most days that are compared with.</summary>
    public const int MaxDays = 36_500;

    /// <summary>The longest definition, as JSON.</summary>
    public const int MaxLength = 16_384;

    const string Shape = "exactly one of all, any, not and field";

    readonly ContractErrors _errors;
    int _conditions;

    SegmentCompiler(ContractErrors errors) => _errors = errors;

    /// <summary>Compiles <paramref name="condition"/>; null when something is wrong with it.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="field">Where it stands.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static SegmentRule? Compile(SegmentCondition condition, string field, ContractErrors errors)
    {
        var before = errors.All.Count;
        var rule = new SegmentCompiler(errors).Compile(condition, field, depth: 1);
        if (rule is not null && SegmentDefinition.Write(condition).Length > MaxLength)
            errors.Add("condition_too_long", field, $"at most {MaxLength} characters of JSON");
        return errors.All.Count == before ? rule : null;
    }

    SegmentRule? Compile(SegmentCondition? condition, string at, int depth)
    {
        if (depth > MaxDepth)
            return Wrong("too_deep", at, $"conditions within conditions at most {MaxDepth} deep");
        if (++_conditions > MaxConditions)
            return _conditions == MaxConditions + 1 ? Wrong("too_many_conditions", at, $"at most {MaxConditions} conditions") : null;
        switch (condition)
        {
            case { All: { } all, Any: null, Not: null, Field: null }:
                return Many(all, $"{at}.all", depth, all: true);
            case { Any: { } any, All: null, Not: null, Field: null }:
                return Many(any, $"{at}.any", depth, all: false);
            case { Not: { } not, All: null, Any: null, Field: null }:
                return Compile(not, $"{at}.not", depth + 1) is { } rule ? new NotRule(rule) : null;
            case { Field: { } field, All: null, Any: null, Not: null }:
                return Compare(field, condition, at);
            default:
                return Wrong("wrong_condition", at, Shape);
        }
    }

    ManyRule? Many(IReadOnlyList<SegmentCondition> conditions, string at, int depth, bool all)
    {
        if (conditions.Count == 0)
            _errors.Add("missing_condition", at, "at least one condition");
        var rules = new List<SegmentRule>();
        for (var i = 0; i < conditions.Count && _conditions <= MaxConditions; i++)
        {
            if (Compile(conditions[i], string.Create(CultureInfo.InvariantCulture, $"{at}[{i}]"), depth + 1) is { } rule)
                rules.Add(rule);
        }
        return new ManyRule([.. rules], all);
    }

    SegmentRule? Compare(string name, SegmentCondition condition, string at)
    {
        if (!SegmentFields.TryFind(name, out var field))
            return Wrong("unknown_field", $"{at}.field", "a field of GET /v1/segments/fields");
        if (field.HasCurrency && !CurrencyScales.IsWellFormed(condition.Currency))
            return Wrong("unknown_currency", $"{at}.currency", "the code of a currency or an asset: amounts are compared in one");
        if (!field.HasCurrency && condition.Currency is not null)
            return Wrong("unexpected_currency", $"{at}.currency", "none: the field is no amount");
        if (condition.Op is not { } op)
            return Wrong("missing_field", $"{at}.op", "an operator");
        if (condition.Value is not { } value)
            return Wrong("missing_field", $"{at}.value", "a value");
        return field.Kind switch
        {
            SegmentValueKind.Text => Text(field.Text!, op, value, at),
            SegmentValueKind.Flag => Flag(field.Flag!, op, value, at),
            SegmentValueKind.Days when op == "exists" => Exists(c => field.Since!(c) is not null, value, at),
            _ => Number(field, condition.Currency, op, value, at),
        };
    }

    SegmentRule? Text(Func<Customers.CustomerState, string?> read, string op, JsonElement value, string at)
    {
        switch (op)
        {
            case "exists":
                return Exists(c => read(c) is not null, value, at);
            case "in":
                if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is < 1 or > MaxValues || !value.EnumerateArray().All(IsText))
                    return Wrong("wrong_value", $"{at}.value", $"1 to {MaxValues} texts of at most {MaxText} characters");
                var values = value.EnumerateArray().Select(v => v.GetString()!).ToHashSet(StringComparer.Ordinal);
                return new StandingRule(c => read(c) is { } text && values.Contains(text));
            case "eq" or "ne":
                if (!IsText(value))
                    return Wrong("wrong_value", $"{at}.value", $"a text of at most {MaxText} characters");
                var (wanted, equal) = (value.GetString(), op == "eq");
                return new StandingRule(c => read(c) is { } text && string.Equals(text, wanted, StringComparison.Ordinal) == equal);
            default:
                return Wrong("unknown_operator", $"{at}.op", "eq, ne, in or exists, for a text");
        }
    }

    SegmentRule? Flag(Func<Customers.CustomerState, bool?> read, string op, JsonElement value, string at)
    {
        if (op == "exists")
            return Exists(c => read(c) is not null, value, at);
        if (op is not ("eq" or "ne"))
            return Wrong("unknown_operator", $"{at}.op", "eq, ne or exists, for true and false");
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            return Wrong("wrong_value", $"{at}.value", "true or false");
        var wanted = value.GetBoolean() == (op == "eq");
        return new StandingRule(c => read(c) == wanted);
    }

    SegmentRule? Number(SegmentField field, string? currency, string op, JsonElement value, string at)
    {
        if (!NumberComparison.IsOne(op))
            return Wrong("unknown_operator", $"{at}.op", field.Kind == SegmentValueKind.Days ? "eq, ne, lt, le, gt, ge or exists, for days" : "eq, ne, lt, le, gt or ge, for a number");
        var most = field.Kind == SegmentValueKind.Days ? MaxDays : ContractErrors.MaxAmountMinor;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number) || number < 0 || number > most)
            return Wrong("wrong_value", $"{at}.value", $"an integer from 0 to {most}");
        var comparison = new NumberComparison(op, number);
        return field.Kind switch
        {
            SegmentValueKind.Count => new StandingRule(c => comparison.Holds(field.Count!(c))),
            SegmentValueKind.Days => new DaysSinceRule(field.Since!, comparison),
            _ => new WindowRule(field.OfDay!, currency, field.Window, comparison),
        };
    }

    SegmentRule? Exists(Func<Customers.CustomerState, bool> has, JsonElement value, string at)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            return Wrong("wrong_value", $"{at}.value", "true or false");
        var wanted = value.GetBoolean();
        return new StandingRule(c => has(c) == wanted);
    }

    static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= MaxText };

    SegmentRule? Wrong(string code, string field, string detail)
    {
        _errors.Add(code, field, detail);
        return null;
    }
}
