using System.CommandLine;
using Npgsql;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts;
using Spectre.Console;

namespace Orchestrator.Cli.Ledger;

/// <summary><c>orchestrator ledger rebuild</c> of one account or of all.</summary>
static class RebuildAccount
{
    const string Store = "store";
    const string Topic = "topic";

    static readonly Option<string?> Account = new("--account") { Description = "The account to fold again, for instance cust-000123 or clearing:EUR:3" };
    static readonly Option<bool> All = new("--all") { Description = "All accounts, the ledger's own included" };

    static readonly Option<string> From = new("--from")
    {
        Description = "Where the events come from: store (the database) or topic (ledger-events, the account's partition up to its present end)",
        HelpName = "store|topic",
        DefaultValueFactory = _ => Store,
        Validators =
        {
            given =>
            {
                if (given.GetValueOrDefault<string>() is not (Store or Topic))
                    given.AddError("--from: store or topic");
            },
        },
    };

    static readonly Option<bool> NoSnapshot = new("--no-snapshot") { Description = "Do not fold from the latest snapshot too" };
    static readonly Option<bool> Json = new("--json") { Description = "Print the result as one line of JSON" };

    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        var command = new Command(
            "rebuild",
            "Fold accounts again from their events, with and without their latest snapshot, and compare both with the stored row. Read only: nothing is " +
            "repaired. Exit code 1 when they do not agree.")
        {
            Account, All, From, NoSnapshot, Json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, time, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, TimeProvider time, CancellationToken cancellationToken)
    {
        var (accountId, all, topic) = (parsed.GetValue(Account), parsed.GetValue(All), parsed.GetValue(From) == Topic);
        if (all == (accountId is not null))
            throw new CommandException("bad_option", "Give --account A or --all, one of them.");
        if (all && topic)
            throw new CommandException("bad_option", "--all reads the store: a topic would be read once for each account.");
        var withSnapshot = !parsed.GetValue(NoSnapshot);
        try
        {
            var rebuild = new AccountRebuild(
                connections.Postgres(parsed), topic ? new TopicEvents(connections.Kafka(parsed), Topics.LedgerEvents) : null, withSnapshot, time);
            return all
                ? await AllAsync(rebuild, parsed.GetValue(Json), cancellationToken)
                : Show(await rebuild.OneAsync(accountId!, cancellationToken), parsed.GetValue(Json));
        }
        catch (NpgsqlException e)
        {
            throw new CommandException("database_unreachable", e.Message, e);
        }
        catch (ArgumentException e)
        {
            throw new CommandException("bad_connection_string", e.Message, e);
        }
    }

    static int Show(RebuiltAccount account, bool json)
    {
        if (json)
            Terminal.Json(account);
        else
            Print(account);
        return account.Agrees ? 0 : CommandException.ExitCode;
    }

    static async Task<int> AllAsync(AccountRebuild rebuild, bool json, CancellationToken cancellationToken)
    {
        var summary = Terminal.Error.Profile.Capabilities.Interactive
            ? await Terminal.Error.Progress().StartAsync(bars =>
            {
                var bar = bars.AddTask("accounts");
                return rebuild.AllAsync(share => bar.Value = share * 100, cancellationToken);
            })
            : await rebuild.AllAsync(_ => { }, cancellationToken);
        if (json)
        {
            Terminal.Json(summary);
        }
        else
        {
            foreach (var account in summary.First)
                Print(account);
            Terminal.Out.Write(Figures()
                .AddRow("accounts", $"{summary.Accounts:N0}")
                .AddRow("  with a snapshot", $"{summary.WithSnapshot:N0}")
                .AddRow("events", $"{summary.Events:N0}")
                .AddRow("  after the snapshot", $"{summary.TailEvents:N0}")
                .AddRow("seconds", $"{summary.Seconds:N3}")
                .AddRow("  from the snapshot", $"{summary.TailSeconds:N3}")
                .AddRow("do not agree", summary.Differing == 0 ? "[green]0[/]" : $"[red]{summary.Differing:N0}[/]"));
        }
        return summary.Agrees ? 0 : CommandException.ExitCode;
    }

    static Table Figures() => new Table().Border(TableBorder.Rounded).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();

    static void Print(RebuiltAccount account)
    {
        var table = Rounded(account.AccountId.EscapeMarkup()).AddColumn(new TableColumn("from").RightAligned()).AddColumn(new TableColumn("events").RightAligned())
            .AddColumn(new TableColumn("to").RightAligned()).AddColumn(new TableColumn("seconds").RightAligned());
        Row("full replay", account.FullReplay);
        if (account.SnapshotAndTail is { } tail)
            Row("snapshot and tail", tail);
        table.AddRow("stored row", "", "", $"{account.StoredVersion:N0}", "");
        Terminal.Out.Write(table);
        if (account.Agrees)
        {
            Terminal.Out.MarkupLine("[green]all agree[/]");
            return;
        }
        var differences = Rounded("difference").AddColumn("full replay").AddColumn("snapshot and tail").AddColumn("stored row");
        foreach (var d in account.Differences)
            differences.AddRow($"[red]{d.Name.EscapeMarkup()}[/]", Text(d.FullReplay), Text(d.SnapshotAndTail), Text(d.Stored));
        Terminal.Out.Write(differences);

        void Row(string name, ReplayFigures f) => table.AddRow(name, $"{f.FromVersion:N0}", $"{f.Events:N0}", $"{f.ToVersion:N0}", $"{f.Seconds:N3}");
    }

    static Table Rounded(string first) => new Table().Border(TableBorder.Rounded).AddColumn(first);

    static string Text(string? value) => value?.EscapeMarkup() ?? "";
}
