using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<TimelineEntry>))]
[JsonSerializable(typeof(TransactionDetails))]
[JsonSerializable(typeof(TransactionDeadline))]
sealed partial class SagasJson : JsonSerializerContext;
