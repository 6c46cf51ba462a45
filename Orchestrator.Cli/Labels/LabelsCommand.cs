using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Cli.Labels;

/// <summary><c>orchestrator labels</c>.</summary>
static class LabelsCommand
{
    static readonly Argument<FileInfo> File = new("FILE") { Description = "CSV with transactionId and fraud (0 or 1), as simulate --labels writes it; or JSON Lines" };

    static readonly Option<string> Source = new Option<string>("--source")
    {
        Description = "Who says so, where a row of a CSV does not say it",
        DefaultValueFactory = _ => "chargeback",
    }.AcceptOnlyFromAmong("chargeback", "case", "customer", "analyst");

    static readonly Option<int> ShowErrors = new("--show-errors") { Description = "How many bad rows to show; all are counted", DefaultValueFactory = _ => 20 };
    static readonly Option<bool> Json = new("--json") { Description = "Print the summary as one line of JSON" };

    public static Command Create(ConnectionOptions connections) => new("labels", "Say which transactions were fraud. Through the HTTP API.") { Publish(connections) };

    static Command Publish(ConnectionOptions connections)
    {
        var command = new Command(
            "publish",
            "Give the labels of a file. Bad rows, and those whose transaction the service does not know, are reported with their line and skipped. Giving a file twice " +
            "changes nothing the second time. Exit code 0 when all rows were taken, 2 when some were skipped, 1 when it failed.")
        {
            File, Source, ShowErrors, Json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, CancellationToken cancellationToken)
    {
        var file = parsed.GetRequiredValue(File);
        if (!file.Exists)
            throw new CommandException("file_not_found", $"There is no file {file.FullName}.");
        if (parsed.GetValue(ShowErrors) is < 0 or > 10_000)
            throw new CommandException("bad_option", "--show-errors: from 0 to 10000");
        using var reader = file.OpenText();
        using var api = new LabelsApi(connections.Api(parsed));
        var rows = file.Extension.Equals(".csv", StringComparison.OrdinalIgnoreCase)
            ? LabelFiles.ReadCsv(reader, LabelFiles.SourceOf(parsed.GetRequiredValue(Source)) ?? LabelSource.Chargeback)
            : LabelFiles.ReadJson(reader);
        var summary = await api.PublishAsync(rows, parsed.GetValue(ShowErrors), cancellationToken);
        foreach (var bad in summary.FirstErrors)
            Terminal.Warn($"line {bad.Line}: {bad.Code}{(bad.Field.Length == 0 ? "" : $" ({bad.Field})")}: {bad.Detail}");
        if (parsed.GetValue(Json))
            Terminal.Json(summary);
        else
            Console.Out.WriteLine($"{summary.Rows:N0} rows: {summary.Accepted:N0} new labels, {summary.Repeated:N0} given before, {summary.Skipped:N0} skipped.");
        return summary.Skipped > 0 ? CommandException.PartialExitCode : 0;
    }
}
