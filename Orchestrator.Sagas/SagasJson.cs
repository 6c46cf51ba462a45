using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<TimelineEntry>))]
[JsonSerializable(typeof(TransactionDeadline))]
[JsonSerializable(typeof(OpenAccount))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(List<CountedAlert>))]
[JsonSerializable(typeof(AccountDeadline))]
sealed partial class SagasJson : JsonSerializerContext;
