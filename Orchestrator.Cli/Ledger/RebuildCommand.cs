using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts;

namespace Orchestrator.Cli.Ledger;

/// <summary><c>orchestrator ledger rebuild</c>: an account, all of them, or a projection.</summary>
static class RebuildCommand
{
    const string Store = "store";
    const string Topic = "topic";

    static readonly Option<string?> Account = new("--account") { Description = "The account to fold again, for instance cust-000123 or clearing:EUR:3" };
    static readonly Option<bool> All = new("--all") { Description = "All accounts, the ledger's own included" };
    static readonly Option<string?> Projection = new("--projection") { Description = "The projection to build anew, see: ledger projections" };
    static readonly Option<bool> NoSnapshot = new("--no-snapshot") { Description = "Of accounts: do not fold from the latest snapshot too" };
    static readonly Option<bool> NoWait = new("--no-wait") { Description = "Of a projection: ask for it, and do not wait until it is served" };
    static readonly Option<bool> Json = new("--json") { Description = "Print the result as one line of JSON" };

    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        Option<string> from = new("--from")
        {
            Description = "Where the events come from: store (the database) or topic (ledger-events)",
            DefaultValueFactory = _ => Store,
        };
        from.AcceptOnlyFromAmong(Store, Topic);
        var command = new Command(
            "rebuild",
            "Fold accounts again from their events, with and without their latest snapshot, and compare both with the stored row: read only, nothing is " +
            "repaired, exit code 1 when they do not agree. Or build a projection anew beside the one that is served, which it replaces when it has caught up.")
        {
            Account, All, Projection, from, NoSnapshot, NoWait, Json,
        };
        command.Validators.Add(given =>
        {
            var named = (given.GetValue(Account) is null ? 0 : 1) + (given.GetValue(All) ? 1 : 0) + (given.GetValue(Projection) is null ? 0 : 1);
            if (named != 1)
                given.AddError("Give --account A, --all or --projection P, one of them.");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var (topic, json) = (parsed.GetValue(from) == Topic, parsed.GetValue(Json));
            if (topic && parsed.GetValue(All))
                throw new CommandException("bad_option", "--all reads the store: a topic would be read once for each account.");
            return parsed.GetValue(Projection) is { } projection
                ? ProjectionCommands.RebuildAsync(
                    connections.Api(parsed), projection, topic ? Topic : Store, wait: !parsed.GetValue(NoWait), json, time, cancellationToken)
                : RebuildAccount.RunAsync(
                    parsed.GetValue(Account), connections.Postgres(parsed), topic ? new TopicEvents(connections.Kafka(parsed), Topics.LedgerEvents, connections.Reader(parsed)) : null, !parsed.GetValue(NoSnapshot), json, time,
                    cancellationToken);
        });
        return command;
    }
}
