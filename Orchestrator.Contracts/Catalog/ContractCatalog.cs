using System.Text.Json.Serialization.Metadata;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Cases;
using Orchestrator.Contracts.Customers;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Contracts.Catalog;

/// <summary>Every message of the product: its name on the wire, its topic, its key. The one place where these are said.</summary>
public static class ContractCatalog
{
    /// <summary>All messages, by topic.</summary>
    public static IReadOnlyList<MessageContract> All { get; } =
    [
        Of<TransactionSubmitted>("orchestrator.transaction.submitted.v1", Topics.Transactions, m => m.SourceAccountId, ContractJson.Default.TransactionSubmitted),
        Of<TransactionCancelled>("orchestrator.transaction.cancelled.v1", Topics.Transactions, m => m.SourceAccountId, ContractJson.Default.TransactionCancelled),
        Of<TransactionReviewed>("orchestrator.transaction.reviewed.v1", Topics.Transactions, m => m.SourceAccountId, ContractJson.Default.TransactionReviewed),
        Of<CaptureRequested>("orchestrator.transaction.capture-requested.v1", Topics.Transactions, m => m.SourceAccountId, ContractJson.Default.CaptureRequested),
        Of<ReversalRequested>("orchestrator.transaction.reversal-requested.v1", Topics.Transactions, m => m.SourceAccountId, ContractJson.Default.ReversalRequested),
        Of<TransactionOperated>("orchestrator.transaction.operated.v1", Topics.Transactions, m => m.SourceAccountId, ContractJson.Default.TransactionOperated),

        Of<OpenAccount>("orchestrator.account.open.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.OpenAccount),
        Of<FreezeAccount>("orchestrator.account.freeze.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.FreezeAccount),
        Of<UnfreezeAccount>("orchestrator.account.unfreeze.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.UnfreezeAccount),
        Of<CloseAccount>("orchestrator.account.close.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.CloseAccount),
        Of<AccountRequested>("orchestrator.account.requested.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.AccountRequested),
        Of<AccountReviewed>("orchestrator.account.reviewed.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.AccountReviewed),
        Of<ScreenCustomer>("orchestrator.customer.screen.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.ScreenCustomer),
        Of<CustomerScreened>("orchestrator.customer.screened.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.CustomerScreened),
        Of<CheckIdentity>("orchestrator.customer.check-identity.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.CheckIdentity),
        Of<IdentityChecked>("orchestrator.customer.identity-checked.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.IdentityChecked),
        Of<AccountIdle>("orchestrator.account.idle.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.AccountIdle),
        Of<CustomerProfileUpdated>("orchestrator.customer.profile-updated.v1", Topics.Accounts, m => m.AccountId, ContractJson.Default.CustomerProfileUpdated),
        AccountReply<AccountOpened>("opened", ContractJson.Default.AccountOpened),
        AccountReply<AccountOpeningRefused>("opening-refused", ContractJson.Default.AccountOpeningRefused),
        AccountReply<AccountFrozen>("frozen", ContractJson.Default.AccountFrozen),
        AccountReply<AccountUnfrozen>("unfrozen", ContractJson.Default.AccountUnfrozen),
        AccountReply<AccountClosed>("closed", ContractJson.Default.AccountClosed),
        AccountReply<AccountCommandRefused>("command-refused", ContractJson.Default.AccountCommandRefused),

        Of<FraudAssessed>("orchestrator.fraud.assessed.v1", Topics.Decisions, m => m.SourceAccountId, ContractJson.Default.FraudAssessed),
        Of<DecisionAnswered>("orchestrator.decision.answered.v1", Topics.Decisions, m => m.Decision.SourceAccountId, ContractJson.Default.DecisionAnswered),

        Of<FraudLabelled>("orchestrator.fraud.labelled.v1", Topics.Labels, m => m.SourceAccountId, ContractJson.Default.FraudLabelled),

        Of<PlaceHold>("orchestrator.ledger.place-hold.v1", Topics.LedgerCommands, m => m.AccountId, ContractJson.Default.PlaceHold),
        Of<CaptureHold>("orchestrator.ledger.capture-hold.v1", Topics.LedgerCommands, m => m.AccountId, ContractJson.Default.CaptureHold),
        Of<ReleaseHold>("orchestrator.ledger.release-hold.v1", Topics.LedgerCommands, m => m.AccountId, ContractJson.Default.ReleaseHold),
        Of<Credit>("orchestrator.ledger.credit.v1", Topics.LedgerCommands, m => m.AccountId, ContractJson.Default.Credit),
        Of<Debit>("orchestrator.ledger.debit.v1", Topics.LedgerCommands, m => m.AccountId, ContractJson.Default.Debit),
        Of<Transfer>("orchestrator.ledger.transfer.v1", Topics.LedgerCommands, m => m.AccountId, ContractJson.Default.Transfer),
        Of<Reverse>("orchestrator.ledger.reverse.v1", Topics.LedgerCommands, m => m.AccountId, ContractJson.Default.Reverse),
        Of<LinkedTransfers>("orchestrator.ledger.linked-transfers.v1", Topics.LedgerCommands, m => m.AccountId, ContractJson.Default.LinkedTransfers),

        Reply<HoldPlaced>("hold-placed", ContractJson.Default.HoldPlaced),
        Reply<HoldRefused>("hold-refused", ContractJson.Default.HoldRefused),
        Reply<HoldCaptured>("hold-captured", ContractJson.Default.HoldCaptured),
        Reply<CaptureRefused>("capture-refused", ContractJson.Default.CaptureRefused),
        Reply<HoldReleased>("hold-released", ContractJson.Default.HoldReleased),
        Reply<ReleaseRefused>("release-refused", ContractJson.Default.ReleaseRefused),
        Reply<Credited>("credited", ContractJson.Default.Credited),
        Reply<CreditRefused>("credit-refused", ContractJson.Default.CreditRefused),
        Reply<Debited>("debited", ContractJson.Default.Debited),
        Reply<DebitRefused>("debit-refused", ContractJson.Default.DebitRefused),
        Reply<HoldExpired>("hold-expired", ContractJson.Default.HoldExpired),
        Reply<TransferPosted>("transfer-posted", ContractJson.Default.TransferPosted),
        Reply<TransferRefused>("transfer-refused", ContractJson.Default.TransferRefused),

        Of<LedgerEventRecorded>("orchestrator.ledger.event-recorded.v1", Topics.LedgerEvents, m => m.AccountId, ContractJson.Default.LedgerEventRecorded),

        Saga<TransactionHeld>("held", ContractJson.Default.TransactionHeld),
        Saga<TransactionAuthorised>("authorised", ContractJson.Default.TransactionAuthorised),
        Saga<TransactionCompleted>("completed", ContractJson.Default.TransactionCompleted),
        Saga<TransactionDeclined>("declined", ContractJson.Default.TransactionDeclined),
        Saga<TransactionCompensated>("compensated", ContractJson.Default.TransactionCompensated),
        Saga<TransactionVoided>("voided", ContractJson.Default.TransactionVoided),
        Saga<TransactionReversed>("reversed", ContractJson.Default.TransactionReversed),

        Of<AlertRaised>("orchestrator.alert.raised.v1", Topics.Alerts, m => m.AccountId, ContractJson.Default.AlertRaised),

        Of<CaseOpened>("orchestrator.case.opened.v1", Topics.Cases, m => m.AccountId, ContractJson.Default.CaseOpened),
        Of<CaseAssigned>("orchestrator.case.assigned.v1", Topics.Cases, m => m.AccountId, ContractJson.Default.CaseAssigned),
        Of<CaseResolved>("orchestrator.case.resolved.v1", Topics.Cases, m => m.AccountId, ContractJson.Default.CaseResolved),

        Of<ActivityRecorded>("orchestrator.activity.recorded.v1", Topics.UserActivity, m => m.VisitorId, ContractJson.Default.ActivityRecorded)
            with { Quick = ActivityRecordedReader.Read },
        Of<ActivityErased>("orchestrator.activity.erased.v1", Topics.UserActivity, m => m.VisitorId, ContractJson.Default.ActivityErased),
        Of<CustomerObserved>("orchestrator.activity.customer-observed.v1", Topics.ActivityEvents, m => m.VisitorId, ContractJson.Default.CustomerObserved),
        Of<ActivityFeatures>("orchestrator.activity.features.v1", Topics.ActivityFeatures, m => m.AccountId, ContractJson.Default.ActivityFeatures),

        Of<CustomerFact>("orchestrator.customer.fact.v1", Topics.CustomerEvents, m => m.CustomerId, ContractJson.Default.CustomerFact),
        Of<SegmentChanged>("orchestrator.customer.segment-changed.v1", Topics.Segments, m => m.CustomerId, ContractJson.Default.SegmentChanged),
    ];

    static MessageContract Reply<T>(string name, JsonTypeInfo json) where T : ILedgerReply =>
        Of<T>($"orchestrator.ledger.{name}.v1", Topics.LedgerReplies, m => m.ReplyKey, json);

    static MessageContract AccountReply<T>(string name, JsonTypeInfo json) where T : IAccountReply =>
        Of<T>($"orchestrator.account.{name}.v1", Topics.Accounts, m => m.AccountId, json);

    static MessageContract Saga<T>(string name, JsonTypeInfo json) where T : ITransactionEvent =>
        Of<T>($"orchestrator.transaction.{name}.v1", Topics.SagaEvents, m => m.SourceAccountId, json);

    static MessageContract Of<T>(string name, string topic, Func<T, string> key, JsonTypeInfo json) =>
        new(name, topic, typeof(T), message => key((T)message), json);
}
