namespace Orchestrator.Contracts;

/// <summary>
/// The topics by their default names. All that a lane processes together is co-partitioned: same key rule, same number of partitions.
/// </summary>
public static class Topics
{
    /// <summary>How many partitions every topic has unless it is configured.</summary>
    public const int DefaultPartitions = 8;

    /// <summary>TransactionSubmitted, and what is said about it later: cancelled, reviewed, captured, reversed, operated; by source account.</summary>
    public const string Transactions = "transactions";

    /// <summary>OpenAccount, FreezeAccount and the like, what became of them, applications and reviews of accounts; by account.</summary>
    public const string Accounts = "accounts";

    /// <summary>FraudAssessed, DecisionAnswered; by source account.</summary>
    public const string Decisions = "decisions";

    /// <summary>FraudLabelled; by source account.</summary>
    public const string Labels = "labels";

    /// <summary>PlaceHold, CaptureHold, ReleaseHold, Credit, Debit, Transfer, Reverse; by account.</summary>
    public const string LedgerCommands = "ledger-commands";

    /// <summary>What became of each command; by the saga's key.</summary>
    public const string LedgerReplies = "ledger-replies";

    /// <summary>Every ledger event, in order, for ever; by account.</summary>
    public const string LedgerEvents = "ledger-events";

    /// <summary>How transactions end, and their milestones; by source account.</summary>
    public const string SagaEvents = "saga-events";

    /// <summary>AlertRaised; by account.</summary>
    public const string Alerts = "alerts";

    /// <summary>CaseOpened, CaseAssigned, CaseResolved; by account.</summary>
    public const string Cases = "cases";

    /// <summary>ActivityRecorded: clicks, page views and the like; by visitor.</summary>
    public const string UserActivity = "user-activity";

    /// <summary>CustomerObserved: what known customers are doing; by visitor.</summary>
    public const string ActivityEvents = "activity-events";

    /// <summary>ActivityFeatures: what an account's owner is doing, for whoever decides about its transactions; by account.</summary>
    public const string ActivityFeatures = "activity-features";

    /// <summary>CustomerFact: what other topics say by account or visitor; by customer.</summary>
    public const string CustomerEvents = "customer-events";

    /// <summary>SegmentChanged; by customer.</summary>
    public const string Segments = "segments";

    /// <summary>What is appended to a topic's name for the copies of its parked messages.</summary>
    public const string ParkedSuffix = ".parked";

    /// <summary>Every topic above, in the order of the design's table.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Transactions, Accounts, Decisions, Labels, LedgerCommands, LedgerReplies, LedgerEvents, SagaEvents, Alerts, Cases, UserActivity, ActivityEvents, ActivityFeatures,
        CustomerEvents, Segments,
    ];
}
