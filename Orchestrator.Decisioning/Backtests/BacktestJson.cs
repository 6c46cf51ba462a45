using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>Source-generated JSON of what backtests are asked and answer: camel case, nothing for what is null.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BacktestOrder))]
[JsonSerializable(typeof(BacktestProgress))]
[JsonSerializable(typeof(Jobs.BacktestFailure))]
[JsonSerializable(typeof(BacktestResult))]
public sealed partial class BacktestJson : JsonSerializerContext;
