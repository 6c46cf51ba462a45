using Orchestrator.Cli.Figures;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orchestrator.Cli.Simulate;

/// <summary>What the live screen shows: what the service says of itself, and what this run has sent.</summary>
sealed class LiveFigures(SimulateRun run, LagGate gate, Uri api, SimulateOptions options)
{
    static readonly (string Name, string Color, Func<ServiceFigures, long> Total)[] Counts =
    [
        ("submitted", "white", f => f.Submitted),
        ("completed", "green", f => f.Completed),
        ("declined", "yellow", f => f.Declined),
        ("held", "aqua", f => f.Held),
        ("compensated", "fuchsia", f => f.Compensated),
        ("voided", "grey", f => f.Voided),
        ("parked", "red", f => f.Parked),
    ];

    /// <summary>How many messages were sent.</summary>
    public long Published => run.Progress.Published;

    /// <summary>The screen.</summary>
    public IRenderable Screen(double sentPerSecond) => new Rows(
        new Rule("[bold]Orchestrator[/]").LeftJustified(),
        new Markup(Sent(sentPerSecond)),
        Text.Empty,
        gate.Latest is { } figures ? new Columns(CountsTable(figures), new Rows(LatencyTable(figures), LagTable(figures))) : Waiting(),
        Text.Empty,
        Addresses(),
        new Markup(gate.ServiceIsAway ? $"[yellow]The service at {api} does not answer; these are its last figures.[/]" : "[grey]Ctrl-C stops.[/]"));

    /// <summary>The same on one line, where there is no screen.</summary>
    public string Line(double sentPerSecond)
    {
        var sent = $"{run.Progress.Phase}: sent {run.Progress.Published} ({sentPerSecond:0.0}/s)";
        return gate.Latest is not { } f || gate.ServiceIsAway
            ? $"{sent}; the service does not answer"
            : $"{sent}; submitted {f.Submitted} ({f.Rate("submitted"):0.0}/s), completed {f.Completed} ({f.Rate("completed"):0.0}/s), declined {f.Declined}, " +
              $"held {f.Held}, parked {f.Parked}, in progress {f.InProgress}; p50 {Milliseconds(f.LatencyMs?.P50)}, p99 {Milliseconds(f.LatencyMs?.P99)}; lag {f.Lag?.Total ?? 0}";
    }

    string Sent(double perSecond)
    {
        var progress = run.Progress;
        var what = progress.Phase == "opening accounts" ? $"{progress.Accounts.Sent:N0} of {progress.Accounts.Total:N0}" : $"{progress.Published:N0} messages";
        return $"simulator: {progress.Phase}, {what}, {perSecond:N1}/s [grey](seed {options.World.Seed}, {options.World.Customers:N0} customers, {options.World.Terminals:N0} terminals)[/]";
    }

    Markup Waiting() => new($"[yellow]waiting for {api}v1/figures[/]");

    static Table CountsTable(ServiceFigures figures)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("transactions")
            .AddColumn(new TableColumn("total").RightAligned()).AddColumn(new TableColumn("per second").RightAligned());
        foreach (var (name, color, total) in Counts)
            table.AddRow(new Markup($"[{color}]{name}[/]"), new Markup($"{total(figures):N0}"), new Markup($"{figures.Rate(name):N1}"));
        table.AddRow("in progress", $"{figures.InProgress:N0}", "");
        return table;
    }

    static Table LatencyTable(ServiceFigures figures) =>
        new Table().Border(TableBorder.Rounded).AddColumn("submitted to ended").AddColumn(new TableColumn("time").RightAligned())
            .AddRow("p50", Milliseconds(figures.LatencyMs?.P50))
            .AddRow("p99", Milliseconds(figures.LatencyMs?.P99))
            .AddRow("p99.9", Milliseconds(figures.LatencyMs?.P999));

    static Table LagTable(ServiceFigures figures)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("consumer group").AddColumn(new TableColumn("lag").RightAligned());
        foreach (var (group, lag) in (figures.Lag?.Groups ?? new Dictionary<string, long>()).OrderBy(g => g.Key, StringComparer.Ordinal))
            table.AddRow(new Markup(Markup.Escape(group)), new Markup($"{lag:N0}"));
        return table.AddRow("total", $"{figures.Lag?.Total ?? 0:N0}");
    }

    Grid Addresses() => new Grid().AddColumn().AddColumn()
        .AddRow("API and its description", $"[link]{api}swagger[/]")
        .AddRow("metrics", $"[link]{api}metrics[/]")
        .AddRow("health", $"[link]{api}health/ready[/]");

    static string Milliseconds(double? value) => value is { } v ? $"{v:N1} ms" : "-";
}
