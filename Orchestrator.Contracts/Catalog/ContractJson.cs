using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Cases;
using Orchestrator.Contracts.Customers;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Contracts.Catalog;

/// <summary>
/// Source-generated JSON of every contract: camelCase, enums by name, a missing or null required field is an error, unknown fields are ignored
/// so that a newer writer does not stop an older reader.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TransactionSubmitted))]
[JsonSerializable(typeof(TransactionCancelled))]
[JsonSerializable(typeof(TransactionReviewed))]
[JsonSerializable(typeof(CaptureRequested))]
[JsonSerializable(typeof(ReversalRequested))]
[JsonSerializable(typeof(TransactionOperated))]
[JsonSerializable(typeof(TransactionCompleted))]
[JsonSerializable(typeof(TransactionDeclined))]
[JsonSerializable(typeof(TransactionCompensated))]
[JsonSerializable(typeof(TransactionVoided))]
[JsonSerializable(typeof(TransactionHeld))]
[JsonSerializable(typeof(TransactionAuthorised))]
[JsonSerializable(typeof(TransactionReversed))]
[JsonSerializable(typeof(OpenAccount))]
[JsonSerializable(typeof(FreezeAccount))]
[JsonSerializable(typeof(UnfreezeAccount))]
[JsonSerializable(typeof(CloseAccount))]
[JsonSerializable(typeof(AccountRequested))]
[JsonSerializable(typeof(AccountReviewed))]
[JsonSerializable(typeof(ScreenCustomer))]
[JsonSerializable(typeof(CustomerScreened))]
[JsonSerializable(typeof(CheckIdentity))]
[JsonSerializable(typeof(IdentityChecked))]
[JsonSerializable(typeof(AccountIdle))]
[JsonSerializable(typeof(AccountOpened))]
[JsonSerializable(typeof(AccountOpeningRefused))]
[JsonSerializable(typeof(AccountFrozen))]
[JsonSerializable(typeof(AccountUnfrozen))]
[JsonSerializable(typeof(AccountClosed))]
[JsonSerializable(typeof(AccountCommandRefused))]
[JsonSerializable(typeof(FraudAssessed))]
[JsonSerializable(typeof(DecisionAnswered))]
[JsonSerializable(typeof(FraudLabelled))]
[JsonSerializable(typeof(PlaceHold))]
[JsonSerializable(typeof(CaptureHold))]
[JsonSerializable(typeof(ReleaseHold))]
[JsonSerializable(typeof(Credit))]
[JsonSerializable(typeof(Debit))]
[JsonSerializable(typeof(Transfer))]
[JsonSerializable(typeof(Reverse))]
[JsonSerializable(typeof(LinkedTransfers))]
[JsonSerializable(typeof(Debited))]
[JsonSerializable(typeof(DebitRefused))]
[JsonSerializable(typeof(HoldExpired))]
[JsonSerializable(typeof(TransferPosted))]
[JsonSerializable(typeof(TransferRefused))]
[JsonSerializable(typeof(HoldPlaced))]
[JsonSerializable(typeof(HoldRefused))]
[JsonSerializable(typeof(HoldCaptured))]
[JsonSerializable(typeof(CaptureRefused))]
[JsonSerializable(typeof(HoldReleased))]
[JsonSerializable(typeof(ReleaseRefused))]
[JsonSerializable(typeof(Credited))]
[JsonSerializable(typeof(CreditRefused))]
[JsonSerializable(typeof(LedgerEventRecorded))]
[JsonSerializable(typeof(AlertRaised))]
[JsonSerializable(typeof(CaseOpened))]
[JsonSerializable(typeof(CaseAssigned))]
[JsonSerializable(typeof(CaseResolved))]
[JsonSerializable(typeof(CustomerProfileUpdated))]
[JsonSerializable(typeof(ActivityRecorded))]
[JsonSerializable(typeof(ActivityErased))]
[JsonSerializable(typeof(CustomerObserved))]
[JsonSerializable(typeof(ActivityFeatures))]
[JsonSerializable(typeof(CustomerFact))]
[JsonSerializable(typeof(SegmentChanged))]
public sealed partial class ContractJson : JsonSerializerContext;
