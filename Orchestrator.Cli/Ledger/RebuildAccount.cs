using Npgsql;
using Orchestrator.Cli.Output;
using Spectre.Console;

namespace Orchestrator.Cli.Ledger;

/// <summary><c>orchestrator ledger rebuild</c> of one account or of all.</summary>
static class RebuildAccount
{
    /// <param name="accountId">The account; null for all.</param>
    /// <param name="postgres">The database.</param>
    /// <param name="topic">The topic, when events come from there; null for the store.</param>
    /// <param name="withSnapshot">Whether to fold from the latest snapshot too.</param>
    /// <param name="json">Whether to print one line of JSON.</param>
    /// <param name="time">Measures.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<int> RunAsync(
        string? accountId, string postgres, TopicEvents? topic, bool withSnapshot, bool json, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var rebuild = new AccountRebuild(postgres, topic, withSnapshot, time);
            return accountId is null
                ? await AllAsync(rebuild, json, cancellationToken)
                : Show(await rebuild.OneAsync(accountId, cancellationToken), json);
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
