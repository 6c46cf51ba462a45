using Orchestrator.Contracts;

namespace Orchestrator.Messaging.Clusters.Access;

/// <summary>
/// What each role of the service does with Kafka, in one table. A test holds it against what the modules register and against the messages that each project makes, so that it says
/// neither too little nor too much.
/// </summary>
/// <param name="Role">The role, as in <c>--roles</c>.</param>
/// <param name="Groups">Its consumer groups with the topics that they read, by default names.</param>
/// <param name="Writes">The topics that its lanes write, by default names; copies of parked messages and what every process writes come on top.</param>
public sealed record RoleUse(string Role, IReadOnlyList<GroupUse> Groups, IReadOnlyList<string> Writes)
{
    /// <summary>
    /// What every process writes, whatever its roles: requests that were committed and not acknowledged are published by whichever process comes to them first.
    /// </summary>
    public static IReadOnlyList<string> ByEveryProcess { get; } =
        [Topics.Transactions, Topics.Accounts, Topics.Labels, Topics.LedgerCommands, Topics.Alerts, Topics.Cases, Topics.UserActivity, Topics.CustomerEvents];

    /// <summary>The roles.</summary>
    public static IReadOnlyList<RoleUse> All { get; } =
    [
        new(
            "decisioning",
            [
                // A stream reads its own answers again when a lane opens.
                new("decisioning", [Topics.Transactions, Topics.Labels, Topics.ActivityFeatures, Topics.Decisions]),
                new("decision-records", [Topics.Decisions, Topics.Labels]),
                new("screening", [Topics.Accounts]),
            ],
            [Topics.Decisions, Topics.Alerts, Topics.Accounts]),
        new(
            "sagas",
            [
                new("sagas", [Topics.Transactions, Topics.Decisions, Topics.LedgerReplies]),
                new("account-sagas", [Topics.Accounts, Topics.Alerts]),
                new("identities", [Topics.Accounts]),
            ],
            [Topics.LedgerCommands, Topics.SagaEvents, Topics.Alerts, Topics.Labels, Topics.Accounts]),
        new(
            "ledger",
            [
                new("ledger", [Topics.Accounts, Topics.LedgerCommands]),
                // A generation of a projection is a group of its own.
                new("ledger-balances-", [Topics.LedgerEvents]) { IsPrefix = true },
                new("ledger-reports-", [Topics.LedgerEvents]) { IsPrefix = true },
                new("ledger-statements-", [Topics.LedgerEvents]) { IsPrefix = true },
            ],
            [Topics.LedgerReplies, Topics.LedgerEvents, Topics.Accounts, Topics.LedgerCommands]),
        new("casework", [new("casework", [Topics.Alerts])], []),
        new(
            "activity",
            [
                new("activity", [Topics.UserActivity, Topics.ActivityEvents]),
                new("customer-facts", [Topics.Accounts, Topics.SagaEvents, Topics.ActivityEvents]),
                new("segments", [Topics.CustomerEvents]),
            ],
            [Topics.ActivityEvents, Topics.CustomerEvents, Topics.Segments, Topics.ActivityFeatures]),
        // Keeps its schemas in PostgreSQL.
        new("registry", [], []),
        new("http", [], []),
    ];

    /// <summary>Transactional ids that the service uses: none, for what must be atomic is so in PostgreSQL.</summary>
    public static IReadOnlyList<string> TransactionalIds { get; } = [];

    /// <summary>What a process with the role <c>ledger</c> needs on top, where messages are to be replayed: it reads any topic, and makes, fills and deletes topics of its own.</summary>
    public const string Replays = "replays";

    /// <summary>The group under which replays read; nothing is ever committed for it.</summary>
    public const string ReplayGroup = "orchestrator-replay";

    /// <summary>The role of those who look after topics: <c>orchestrator topics</c>, <c>doctor</c> and <c>tail</c>.</summary>
    public const string Operator = "operator";

    /// <summary>The group under which nothing is ever committed.</summary>
    public static IReadOnlyList<string> OperatorGroups { get; } = ["orchestrator-skew", "orchestrator-tail", "orchestrator-doctor"];
}

/// <summary>A consumer group.</summary>
/// <param name="Name">Its name, or what its names begin with.</param>
/// <param name="Topics">What it reads, by default names.</param>
public sealed record GroupUse(string Name, IReadOnlyList<string> Topics)
{
    /// <summary>Whether <see cref="Name"/> is what the names of several groups begin with.</summary>
    public bool IsPrefix { get; init; }
}
