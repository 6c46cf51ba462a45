using Orchestrator.Contracts;

namespace Orchestrator.Messaging.Schemas.AsyncApi;

/// <summary>Who speaks on which topic, in one table: what messages say of themselves in code is not repeated here.</summary>
static class ChannelTable
{
    static readonly string[] ByHttp = [Role.Http];

    /// <summary>Every topic.</summary>
    public static IReadOnlyDictionary<string, ChannelRow> Rows { get; } = new Dictionary<string, ChannelRow>(StringComparer.Ordinal)
    {
        [Topics.Transactions] = new("the source account", "What business services ask for, and what people and programs say about it later.", [Role.Http], [Role.Sagas, Role.Decisioning]),
        [Topics.Accounts] = new("the account", "Commands to accounts, what became of them, applications and their checks.", [Role.Ledger], [Role.Ledger, Role.Sagas, Role.Decisioning]),
        [Topics.Decisions] = new("the source account", "What was decided about each transaction, and why.", [Role.Decisioning], [Role.Sagas, Role.Decisioning]),
        [Topics.Labels] = new("the source account", "Which transactions were fraud, as far as is known.", [Role.Http, Role.Casework, Role.Sagas], [Role.Decisioning]),
        [Topics.LedgerCommands] = new("the account", "What the ledger is to do.", [Role.Sagas, Role.Http], [Role.Ledger]),
        [Topics.LedgerReplies] = new("the key of who asked: for a transaction its source account", "What became of each command.", [Role.Ledger], [Role.Sagas]),
        [Topics.LedgerEvents] = new("the account", "Every event of every account, in order; the topic is kept for ever.", [Role.Ledger], [Role.Ledger]),
        [Topics.SagaEvents] = new("the source account", "How transactions end, and their milestones: for whoever wants to know.", [Role.Sagas], []),
        [Topics.Alerts] = new("the account", "What people should look at.", [Role.Sagas, Role.Casework], [Role.Casework, Role.Sagas]),
        [Topics.Cases] = new("the account", "What becomes of cases: for whoever wants to know.", [Role.Casework], []),
        [Topics.UserActivity] = new("the visitor", "Clicks, page views and the like.", [Role.Http], [Role.Activity]),
        [Topics.ActivityEvents] = new("the visitor", "What customers who are known are doing.", [Role.Activity], [Role.Activity]),
        [Topics.ActivityFeatures] = new("the account", "What an account's owner is doing, for whoever decides about its transactions.", [Role.Activity], [Role.Decisioning]),
        [Topics.CustomerEvents] = new("the customer", "What other topics say by account or visitor, said by customer.", [Role.Activity], [Role.Activity]),
        [Topics.Segments] = new("the customer", "Which segments a customer has come to or left: for whoever wants to know.", [Role.Activity], []),
    };

    // Messages that others send than most of their topic.
    static readonly Dictionary<string, string[]> Senders = new(StringComparer.Ordinal)
    {
        ["orchestrator.transaction.reviewed.v1"] = [Role.Http, Role.Casework],
        ["orchestrator.account.open.v1"] = [Role.Http, Role.Sagas],
        ["orchestrator.account.freeze.v1"] = [Role.Http, Role.Sagas],
        ["orchestrator.account.unfreeze.v1"] = [Role.Http, Role.Sagas],
        ["orchestrator.account.close.v1"] = [Role.Http, Role.Sagas],
        ["orchestrator.account.requested.v1"] = ByHttp,
        ["orchestrator.account.reviewed.v1"] = [Role.Casework],
        ["orchestrator.customer.screen.v1"] = [Role.Sagas],
        ["orchestrator.customer.screened.v1"] = [Role.Decisioning],
        ["orchestrator.customer.check-identity.v1"] = [Role.Sagas],
        ["orchestrator.customer.identity-checked.v1"] = [Role.Sagas],
        ["orchestrator.customer.profile-updated.v1"] = [],
        ["orchestrator.ledger.linked-transfers.v1"] = ByHttp,
        ["orchestrator.ledger.credit.v1"] = [Role.Sagas, Role.Http, Role.Ledger],
    };

    /// <summary>The roles that send a message; none when only others do.</summary>
    public static IReadOnlyList<string> SendersOf(string name, string topic) => Senders.TryGetValue(name, out var senders) ? senders : Rows[topic].Senders;

    /// <summary>Application roles, by the names of <c>--roles</c>.</summary>
    static class Role
    {
        public const string Http = "http";
        public const string Sagas = "sagas";
        public const string Ledger = "ledger";
        public const string Decisioning = "decisioning";
        public const string Casework = "casework";
        public const string Activity = "activity";
    }
}

/// <summary>What is said of a topic.</summary>
/// <param name="Key">What its messages are keyed by, in words.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Senders">The roles that send most of its messages.</param>
/// <param name="Receivers">The roles that read it.</param>
sealed record ChannelRow(string Key, string Description, IReadOnlyList<string> Senders, IReadOnlyList<string> Receivers);
