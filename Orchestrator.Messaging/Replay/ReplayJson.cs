using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Messaging.Replay;

/// <summary>Source-generated JSON of what is stored of replays: camel case, nothing for what is null.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ReplayOrder))]
[JsonSerializable(typeof(ReplayPlan))]
[JsonSerializable(typeof(ReplayFailure))]
[JsonSerializable(typeof(List<PartitionProgress>))]
public sealed partial class ReplayJson : JsonSerializerContext;
