using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Activity.Customers;

/// <summary>How what is known about customers is stored.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(CustomerState))]
[JsonSerializable(typeof(CustomerRecord))]
[JsonSerializable(typeof(List<WaitingFact>))]
sealed partial class CustomerJson : JsonSerializerContext;
