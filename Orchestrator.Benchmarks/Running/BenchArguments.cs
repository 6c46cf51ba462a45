using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orchestrator.Benchmarks.Running;

/// <summary>What the command line asks for.</summary>
sealed record BenchArguments
{
    public const string Usage = """
        usage: ./bench SCENARIO [--seconds N] [--runs N] [--rate N] [--statements]
               ./bench --list

          --seconds N    how long each run measures, after its warm-up; the default is the scenario's
          --runs N       how often it is run, each time on new servers; the median counts (default 3; soak 1)
          --rate N       latency, soak: transactions a second (default: the scenario's)
          --statements   also print PostgreSQL's statements by their time, which costs a little itself

        The last line on stdout is one JSON object; progress goes to stderr. docs/benchmarks.md says what is measured.
        """;

    public string Scenario { get; private init; } = "";

    public bool List { get; private init; }

    public bool Help { get; private init; }

    /// <summary>Null for the scenario's own.</summary>
    public int? Seconds { get; private init; }

    /// <summary>Null for the scenario's own.</summary>
    public int? Runs { get; private init; }

    /// <summary>Transactions a second; null for the scenario's own.</summary>
    public double? Rate { get; private init; }

    public bool Statements { get; private init; }

    public static bool TryParse(string[] args, out BenchArguments arguments, [NotNullWhen(false)] out string? problem)
    {
        arguments = new BenchArguments();
        problem = null;
        for (var i = 0; i < args.Length && problem is null; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--list":
                    arguments = arguments with { List = true };
                    break;
                case "--help" or "-h":
                    arguments = arguments with { Help = true };
                    break;
                case "--statements":
                    arguments = arguments with { Statements = true };
                    break;
                case "--seconds" when int.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400:
                    arguments = arguments with { Seconds = seconds };
                    i++;
                    break;
                case "--runs" when int.TryParse(value, CultureInfo.InvariantCulture, out var runs) && runs is > 0 and <= 100:
                    arguments = arguments with { Runs = runs };
                    i++;
                    break;
                case "--rate" when double.TryParse(value, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 1_000_000:
                    arguments = arguments with { Rate = rate };
                    i++;
                    break;
                case [not '-', ..] when arguments.Scenario.Length == 0:
                    arguments = arguments with { Scenario = args[i] };
                    break;
                default:
                    problem = $"{args[i]}: not understood, or its value is missing or out of range";
                    break;
            }
        }
        if (problem is null && arguments is { List: false, Help: false, Scenario.Length: 0 })
            problem = "which scenario?";
        return problem is null;
    }
}
