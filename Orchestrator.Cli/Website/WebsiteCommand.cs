using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publishing;
using Spectre.Console;

namespace Orchestrator.Cli.Website;

/// <summary><c>orchestrator simulate --activity</c>: a website in place of card transactions.</summary>
static class WebsiteCommand
{
    static readonly Option<bool> Activity = new("--activity") { Description = "Visitors of a website instead of transactions: sessions, carts, logins, payments; of the options above those for rate, count, seed, run, customers, duplicates, reorder, wait and json" };
    static readonly Option<int> Visitors = new("--visitors") { Description = "With --activity: how many different visitors", DefaultValueFactory = _ => 20_000 };
    static readonly Option<bool> Http = new("--http") { Description = "With --activity: over HTTP, a request for each event, instead of straight into Kafka" };
    static readonly Option<string> WriteKey = new("--write-key") { Description = "With --http: the key to send with", DefaultValueFactory = _ => "development" };

    /// <summary>The options that it adds.</summary>
    public static IReadOnlyList<Option> Options { get; } = [Activity, Visitors, Http, WriteKey];

    /// <summary>Whether it is asked for.</summary>
    public static bool IsAskedFor(ParseResult parsed) => parsed.GetValue(Activity);

    /// <summary>Runs it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="shared">What the options that it shares with transactions say.</param>
    /// <param name="json">Whether the summary is for scripts.</param>
    /// <param name="connections">Where everything is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<int> RunAsync(ParseResult parsed, WebsiteOptions shared, bool json, ConnectionOptions connections, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = shared with { Visitors = parsed.GetValue(Visitors) };
        if (options.Visitors is < 1 or > 10_000_000)
            throw new CommandException("bad_option", "--visitors: from 1 to 10000000");
        var api = connections.Api(parsed);
        using var service = new ServiceClient(api);
        await using IWebsiteSink sink = parsed.GetValue(Http)
            ? new HttpWebsiteSink(api.Address, parsed.GetValue(WriteKey)!, time)
            : new KafkaWebsiteSink(new TransactionPublisher(connections.Kafka(parsed), time, connections.Writer(parsed, WireFormatOption.Of(parsed))));
        var summary = await new WebsiteRun(options, sink, service, time).RunAsync(cancellationToken);
        if (json)
            Terminal.Json(summary);
        else
            Print(summary);
        if (summary.Failed > 0)
            Terminal.Error.MarkupLine($"[red]publish_failed[/] {summary.Failed:N0} events were given up: {(sink.FirstError ?? "unknown").EscapeMarkup()}");
        return summary.Failed > 0 ? CommandException.ExitCode : 0;
    }

    static void Print(WebsiteSummary summary) => Terminal.Out.Write(
        new Table().Border(TableBorder.Rounded).Title($"run {summary.Run.EscapeMarkup()}, seed {summary.Seed}")
            .AddColumn("sent").AddColumn(new TableColumn("count").RightAligned())
            .AddRow("events", $"{summary.Events:N0}")
            .AddRow("sent twice", $"{summary.Duplicates:N0}")
            .AddRow("sent late", $"{summary.Late:N0}")
            .AddRow("visits", $"{summary.Visits:N0} of {summary.Visitors:N0} visitors")
            .AddRow("logins", $"{summary.Logins:N0}")
            .AddRow("payments", $"{summary.Payments:N0}")
            .AddRow("messages/s", $"{summary.PerSecond:N1} over {summary.Seconds:N1} s"));
}
