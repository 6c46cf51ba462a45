using System.Diagnostics;
using Orchestrator.Benchmarks.Handbook;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>The rules alone: what fifty of them cost a transaction on one core, lists and a hundred thousand entries among them.</summary>
sealed class RulesScenario : IScenario
{
    const int DefaultSeconds = 5;
    const int Inputs = 1_024;

    static readonly RuleField[] Features =
        [.. new[] { "amount_count", "amount_mean", "amount_stddev", "transactions_1h" }.Select(name => new RuleField(name, RuleType.Number))];

    public string Name => "rules";

    public string Summary => "fifty fraud rules evaluated on one transaction after another, on one core";

    public string Unit => "ns per transaction, 50 rules";

    public bool LessIsBetter => true;

    public double? Must => 2_000;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["processors"] = Environment.ProcessorCount,
        ["seconds"] = arguments.Seconds ?? DefaultSeconds,
        ["rules"] = FiftyRules.Count,
        ["list_entries"] = FiftyRules.Entries,
        ["inputs"] = Inputs,
    };

    public Task<RunFigures> RunAsync(RunContext context)
    {
        var schema = MessageFields.SchemaWith(Features);
        var evaluator = new RuleSetEvaluator(FiftyRules.Compile(schema, "amount_count", "amount_mean", "amount_stddev", "transactions_1h"), TimeProvider.System);
        var inputs = Fill(schema);
        var moment = new RuleSetMoment(FiftyRules.Lists(), DateTimeOffset.UtcNow);
        var (matched, evaluated) = (0L, 0L);
        Repeat(TimeSpan.FromSeconds(1));
        (matched, evaluated) = (0, 0);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var took = Repeat(TimeSpan.FromSeconds(context.Arguments.Seconds ?? DefaultSeconds));
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (allocated > 0)
            throw new BenchFailedException($"{allocated} bytes were allocated");
        return Task.FromResult(new RunFigures
        {
            Value = took.TotalNanoseconds / evaluated,
            Details = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["per_rule_ns"] = took.TotalNanoseconds / evaluated / FiftyRules.Count,
                ["matched_rules_per_transaction"] = (double)matched / evaluated,
                ["allocated_bytes"] = allocated,
            },
        });

        TimeSpan Repeat(TimeSpan duration)
        {
            var began = Stopwatch.GetTimestamp();
            TimeSpan elapsed;
            do
            {
                foreach (var input in inputs)
                    matched += evaluator.Evaluate(input, moment).Matched;
                evaluated += inputs.Length;
                elapsed = Stopwatch.GetElapsedTime(began);
                context.Stop.ThrowIfCancellationRequested();
            }
            while (elapsed < duration);
            return elapsed;
        }
    }

    static RuleInput[] Fill(RuleSchema schema)
    {
        var random = new Random(1);
        var inputs = new RuleInput[Inputs];
        for (var i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i] = new RuleInput(schema);
            input.Set(schema["amount"], random.Next(100, 500_000) / 100.0);
            input.Set(schema["currency"], "EUR");
            input.Set(schema["kind"], random.Next(4) == 0 ? "cash_out" : "transfer");
            input.Set(schema["source"], $"account-{random.Next(100_000)}");
            input.Set(schema["destination"], random.Next(50) == 0 ? FiftyRules.Mule(random.Next(FiftyRules.Entries)) : $"account-{random.Next(100_000)}");
            input.Set(schema["channel"], random.Next(2) == 0 ? "web" : "pos");
            input.Set(schema["device"], random.Next(2) == 0 ? "device-1" : null);
            input.Set(schema["merchant"], random.Next(2) == 0 ? "casino-12" : null);
            input.Set(schema["occurredAt"], DateTimeOffset.UnixEpoch.AddMinutes(random.Next(30_000_000)));
            input.Set(schema["amount_count"], random.Next(40));
            input.Set(schema["amount_mean"], 40 + random.Next(40));
            input.Set(schema["amount_stddev"], random.Next(30));
            input.Set(schema["transactions_1h"], random.Next(20));
        }
        return inputs;
    }
}
