using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Benchmarks.Scenarios;

namespace Orchestrator.Benchmarks.Running;

/// <summary>What one run measured.</summary>
sealed record RunFigures
{
    /// <summary>In the scenario's unit.</summary>
    public required double Value { get; init; }

    /// <summary>What the parts underneath reach alone, in the same run and unit.</summary>
    public double? Floor { get; init; }

    public double? P50Ms { get; init; }

    public double? P99Ms { get; init; }

    public double? P999Ms { get; init; }

    /// <summary>Figures that belong beside the value, by names that end in their unit.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, object>? Beside { get; init; }

    /// <summary>Everything else, by names that end in their unit.</summary>
    public IReadOnlyDictionary<string, object?> Details { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);
}

/// <summary>A scenario's result: the figures of the median run, and those of all.</summary>
sealed record ScenarioResult
{
    static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new Rounded() },
    };

    public required string Scenario { get; init; }

    public required double Value { get; init; }

    public required string Unit { get; init; }

    public double? Floor { get; init; }

    /// <summary>Value to floor.</summary>
    public double? Ratio { get; init; }

    public double? P50Ms { get; init; }

    public double? P99Ms { get; init; }

    public double? P999Ms { get; init; }

    /// <summary>Of the median run.</summary>
    [JsonExtensionData]
    public Dictionary<string, object>? Beside { get; init; }

    public double? Must { get; init; }

    public bool? Reached { get; init; }

    public required double Median { get; init; }

    public required IReadOnlyDictionary<string, object?> Settings { get; init; }

    public required IReadOnlyList<RunFigures> Runs { get; init; }

    /// <summary>Of an even number of runs the worse one of the two in the middle counts.</summary>
    public static ScenarioResult Of(IScenario scenario, BenchArguments arguments, IReadOnlyList<RunFigures> runs)
    {
        var worstFirst = scenario.LessIsBetter ? runs.OrderByDescending(r => r.Value) : runs.OrderBy(r => r.Value);
        var median = worstFirst.ElementAt((runs.Count - 1) / 2);
        return new ScenarioResult
        {
            Scenario = scenario.Name,
            Value = median.Value,
            Unit = scenario.Unit,
            Floor = median.Floor,
            Ratio = median.Value / median.Floor,
            P50Ms = median.P50Ms,
            P99Ms = median.P99Ms,
            P999Ms = median.P999Ms,
            Beside = median.Beside?.ToDictionary(StringComparer.Ordinal),
            Must = scenario.Must,
            Reached = scenario.Must is not { } must ? null : scenario.LessIsBetter ? median.Value < must : median.Value >= must,
            Median = median.Value,
            Settings = scenario.Settings(arguments),
            Runs = runs,
        };
    }

    public string Json() => JsonSerializer.Serialize(this, Format);

    sealed class Rounded : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(double.IsFinite(value) ? Math.Round((decimal)value, 3) : 0);
    }
}
