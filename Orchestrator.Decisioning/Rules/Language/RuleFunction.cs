namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>A function of the language. Every one answers "missing" when something it needs is missing.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="Result">What it gives.</param>
/// <param name="Operation">How it is computed.</param>
/// <param name="MaxArguments">How often the last parameter may be repeated in all; as many as there are parameters unless said.</param>
sealed record RuleFunction(string Name, IReadOnlyList<RuleType> Parameters, RuleType Result, Operation Operation, int MaxArguments = 0)
{
    const RuleType N = RuleType.Number;
    const RuleType T = RuleType.Text;
    const RuleType D = RuleType.Time;

    /// <summary>Chooses between two values of any one type; the parser checks it by itself.</summary>
    public static readonly RuleFunction If = new("if", [RuleType.Boolean], N, Operation.Jump, 3);

    /// <summary>All others, by name.</summary>
    public static readonly IReadOnlyDictionary<string, RuleFunction> All = new RuleFunction[]
    {
        new("abs", [N], N, Operation.Abs),
        new("floor", [N], N, Operation.Floor),
        new("ceil", [N], N, Operation.Ceil),
        new("round", [N], N, Operation.Round),
        new("sqrt", [N], N, Operation.Sqrt),
        new("ln", [N], N, Operation.Ln),
        new("min", [N, N], N, Operation.Min, 8),
        new("max", [N, N], N, Operation.Max, 8),
        new("clamp", [N, N, N], N, Operation.Clamp),
        new("ramp", [N, N, N, N, N], N, Operation.Ramp),
        new("length", [T], N, Operation.Length),
        new("lower", [T], T, Operation.Lower),
        new("upper", [T], T, Operation.Upper),
        new("startsWith", [T, T], RuleType.Boolean, Operation.StartsWith),
        new("endsWith", [T, T], RuleType.Boolean, Operation.EndsWith),
        new("contains", [T, T], RuleType.Boolean, Operation.Contains),
        new("hour", [D], N, Operation.Hour),
        new("minute", [D], N, Operation.Minute),
        new("weekday", [D], N, Operation.Weekday),
        new("dayOfMonth", [D], N, Operation.DayOfMonth),
        new("minutesBetween", [D, D], N, Operation.MinutesBetween),
        new("hoursBetween", [D, D], N, Operation.HoursBetween),
        new("daysBetween", [D, D], N, Operation.DaysBetween),
    }.ToDictionary(f => f.Name, StringComparer.Ordinal);
}
