using Orchestrator.Cli.Output;
using Spectre.Console;

namespace Orchestrator.Cli.Simulate;

/// <summary>The summary of a run, for people.</summary>
static class SimulateReport
{
    public static void Print(SimulateSummary summary, string? firstError)
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"run {summary.Run.EscapeMarkup()}, seed {summary.Seed}")
            .AddColumn("published").AddColumn(new TableColumn("count").RightAligned());
        table.AddRow("accounts", $"{summary.Accounts:N0}");
        table.AddRow("transactions", $"{summary.Transactions:N0}");
        table.AddRow("sent twice", $"{summary.Duplicates:N0}");
        table.AddRow("sent late", $"{summary.Late:N0}");
        table.AddRow("frauds among them", $"{summary.Frauds.Total:N0} ({summary.Frauds.HighAmount:N0} high amount, " +
            $"{summary.Frauds.Terminal:N0} terminal, {summary.Frauds.Customer:N0} customer)");
        table.AddRow("messages/s", $"{summary.PerSecond:N1} over {summary.Seconds:N1} s");
        Terminal.Out.Write(table);
        if (summary.Failed > 0)
            Terminal.Error.MarkupLine($"[red]publish_failed[/] {summary.Failed:N0} messages were given up: {(firstError ?? "unknown").EscapeMarkup()}");
    }
}
