using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Api.Accounts;
using Orchestrator.Api.Activity.Segments;
using Orchestrator.Api.Backtests;
using Orchestrator.Api.Casework;
using Orchestrator.Api.Decisions;
using Orchestrator.Api.Jobs;
using Orchestrator.Api.Labels;
using Orchestrator.Api.Parked;
using Orchestrator.Api.Postings;
using Orchestrator.Api.Reconciliation;
using Orchestrator.Api.Replay;
using Orchestrator.Api.Rules;
using Orchestrator.Api.Sagas;
using Orchestrator.Api.Security;
using Orchestrator.Api.Transactions;
using Orchestrator.Api.Versions;

namespace Orchestrator.Api.Hosting;

/// <summary>Source-generated JSON of request bodies and stored answers; as strict as the contracts' (ContractJson).</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(OpenAccountRequest))]
[JsonSerializable(typeof(AccountAccepted))]
[JsonSerializable(typeof(AccountApplicationRequest))]
[JsonSerializable(typeof(ChangeAccountRequest))]
[JsonSerializable(typeof(AccountChangeAccepted))]
[JsonSerializable(typeof(TransferRequest))]
[JsonSerializable(typeof(BulkTransferRequest))]
[JsonSerializable(typeof(ReverseRequest))]
[JsonSerializable(typeof(HoldRequest))]
[JsonSerializable(typeof(CaptureRequest))]
[JsonSerializable(typeof(ReleaseRequest))]
[JsonSerializable(typeof(PostingRequest))]
[JsonSerializable(typeof(PostingAccepted))]
[JsonSerializable(typeof(ResolveBreakRequest))]
[JsonSerializable(typeof(CreateRuleSetRequest))]
[JsonSerializable(typeof(ChangeVersionRequest))]
[JsonSerializable(typeof(TestRuleSetRequest))]
[JsonSerializable(typeof(CreateListRequest))]
[JsonSerializable(typeof(AddListEntriesRequest))]
[JsonSerializable(typeof(RemoveListEntriesRequest))]
[JsonSerializable(typeof(LabelRequest))]
[JsonSerializable(typeof(BulkLabelRequest))]
[JsonSerializable(typeof(LabelAccepted))]
[JsonSerializable(typeof(BacktestRequest))]
[JsonSerializable(typeof(StartReplayRequest))]
[JsonSerializable(typeof(SubmitTransactionRequest))]
[JsonSerializable(typeof(TransactionAccepted))]
[JsonSerializable(typeof(ClaimCaseRequest))]
[JsonSerializable(typeof(AssignCaseRequest))]
[JsonSerializable(typeof(SnoozeCaseRequest))]
[JsonSerializable(typeof(NoteCaseRequest))]
[JsonSerializable(typeof(CloseCaseRequest))]
[JsonSerializable(typeof(DecideCaseRequest))]
[JsonSerializable(typeof(BulkCasesRequest))]
[JsonSerializable(typeof(AddLinkRequest))]
[JsonSerializable(typeof(CreateWebhookRequest))]
[JsonSerializable(typeof(DisableWebhookRequest))]
[JsonSerializable(typeof(DecisionMade))]
[JsonSerializable(typeof(CancelTransactionRequest))]
[JsonSerializable(typeof(ReviewTransactionRequest))]
[JsonSerializable(typeof(ReviewAccepted))]
[JsonSerializable(typeof(CaptureTransactionRequest))]
[JsonSerializable(typeof(CaptureAccepted))]
[JsonSerializable(typeof(ReverseTransactionRequest))]
[JsonSerializable(typeof(ReversalAccepted))]
[JsonSerializable(typeof(CancellationAccepted))]
[JsonSerializable(typeof(ScheduleRedriveRequest))]
[JsonSerializable(typeof(ProposeEditRequest))]
[JsonSerializable(typeof(DecideEditRequest))]
[JsonSerializable(typeof(StartRedriveRequest))]
[JsonSerializable(typeof(RetrySagaRequest))]
[JsonSerializable(typeof(MoveSagaRequest))]
[JsonSerializable(typeof(SagaOperationAccepted))]
[JsonSerializable(typeof(DefineSegmentRequest))]
[JsonSerializable(typeof(PreviewSegmentRequest))]
[JsonSerializable(typeof(DevelopmentTokenRequest))]
public sealed partial class ApiJson : JsonSerializerContext;
