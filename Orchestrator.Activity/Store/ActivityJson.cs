using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Views;

namespace Orchestrator.Activity.Store;

/// <summary>Source-generated JSON of what lanes show, each and together.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LiveLane))]
[JsonSerializable(typeof(LiveFigures))]
internal sealed partial class ActivityJson : JsonSerializerContext;
