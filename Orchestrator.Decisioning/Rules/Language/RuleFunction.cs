namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>A function of the language. Every one answers "missing" when something it needs is missing.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="Result">What it gives.</param>
/// <param name="MaxArguments">How often the last parameter may be repeated in all; as many as there are parameters unless said.</param>
sealed record RuleFunction(string Name, IReadOnlyList<RuleType> Parameters, RuleType Result, int MaxArguments = 0)
{
    const RuleType N = RuleType.Number;
    const RuleType T = RuleType.Text;
    const RuleType D = RuleType.Time;

    /// <summary>Chooses between two values of any one type; the parser checks it by itself.</summary>
    public static readonly RuleFunction If = new("if", [RuleType.Boolean], N, 3);

    /// <summary>All others, by name.</summary>
    public static readonly IReadOnlyDictionary<string, RuleFunction> All = new RuleFunction[]
    {
        new("abs", [N], N) { One = Math.Abs },
        new("floor", [N], N) { One = Math.Floor },
        new("ceil", [N], N) { One = Math.Ceiling },
        new("round", [N], N) { One = RuleFunctions.Round },
        new("sqrt", [N], N) { One = RuleFunctions.Sqrt },
        new("ln", [N], N) { One = RuleFunctions.Ln },
        new("min", [N, N], N, 8) { Two = Math.Min },
        new("max", [N, N], N, 8) { Two = Math.Max },
        new("clamp", [N, N, N], N) { Many = RuleFunctions.Clamp },
        new("ramp", [N, N, N, N, N], N) { Many = RuleFunctions.Ramp },
        new("length", [T], N),
        new("lower", [T], T),
        new("upper", [T], T),
        new("startsWith", [T, T], RuleType.Boolean) { Texts = RuleFunctions.StartsWith },
        new("endsWith", [T, T], RuleType.Boolean) { Texts = RuleFunctions.EndsWith },
        new("contains", [T, T], RuleType.Boolean) { Texts = RuleFunctions.Contains },
        new("hour", [D], N) { One = RuleFunctions.Hour },
        new("minute", [D], N) { One = RuleFunctions.Minute },
        new("weekday", [D], N) { One = RuleFunctions.Weekday },
        new("dayOfMonth", [D], N) { One = RuleFunctions.DayOfMonth },
        new("minutesBetween", [D, D], N) { Two = RuleFunctions.MinutesBetween },
        new("hoursBetween", [D, D], N) { Two = RuleFunctions.HoursBetween },
        new("daysBetween", [D, D], N) { Two = RuleFunctions.DaysBetween },
    }.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>Computes it of one value. This, and what is below, are static methods: compiled code calls them directly.</summary>
    public Func<double, double>? One { get; init; }

    /// <summary>Computes it of two; of more from the left.</summary>
    public Func<double, double, double>? Two { get; init; }

    /// <summary>Computes it of three to five; those that it does not take are zero.</summary>
    public Func<double, double, double, double, double, double>? Many { get; init; }

    /// <summary>Computes it of two texts.</summary>
    public Func<string?, string?, double>? Texts { get; init; }
}
