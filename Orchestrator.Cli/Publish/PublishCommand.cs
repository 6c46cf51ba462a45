using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publishing;
using Orchestrator.Contracts;
using Spectre.Console;

namespace Orchestrator.Cli.Publish;

/// <summary><c>orchestrator publish</c>.</summary>
static class PublishCommand
{
    static readonly Argument<FileInfo> File = new("FILE") { Description = "JSON Lines or CSV of TransactionSubmitted, or a CSV of the Handbook" };

    static readonly Option<string?> Format = new Option<string?>("--format") { Description = "How the file is written [default: csv for *.csv, else jsonl]" }
        .AcceptOnlyFromAmong("jsonl", "csv", "handbook");

    static readonly Option<string> Currency = new("--currency") { Description = "Of a Handbook file's amounts", DefaultValueFactory = _ => "EUR" };
    static readonly Option<string?> Labels = new("--labels") { Description = "Where a Handbook file's labels go; no message carries them [default: FILE.labels.csv]" };
    static readonly Option<double> Rate = new("--rate") { Description = "Transactions a second, 0 for as fast as it goes" };
    static readonly Option<long> MaxLag = new("--max-lag") { Description = "Wait while the service lags by more messages than this; 0 for never", DefaultValueFactory = _ => 20_000 };
    static readonly Option<int> ShowErrors = new("--show-errors") { Description = "How many bad rows to show; all are counted", DefaultValueFactory = _ => 20 };
    static readonly Option<bool> DryRun = new("--dry-run") { Description = "Read and check the file, publish nothing" };
    static readonly Option<bool> Json = new("--json") { Description = "Print the summary as one line of JSON" };

    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        var command = new Command(
            "publish",
            "Publish the transactions of a file. Bad rows are reported with their line and skipped. Publishing a file twice changes nothing the second " +
            "time. Exit code 0 when all rows were good, 2 when some were skipped, 1 when it failed.")
        {
            File, Format, Currency, Labels, Rate, MaxLag, ShowErrors, DryRun, Json,
        };
        WireFormatOption.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, time, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = Options(parsed);
        using var service = options.DryRun ? null : new ServiceClient(connections.Api(parsed));
        await using var publisher = options.DryRun ? null : new TransactionPublisher(connections.Kafka(parsed), time, connections.Writer(parsed, WireFormatOption.Of(parsed)));
        await using var gate = service is null ? null : new LagGate(service, parsed.GetValue(MaxLag), time);
        var run = new PublishRun(options, publisher, gate, service, time);
        var summary = await WithProgressAsync(progress => run.RunAsync(progress, cancellationToken));
        if (parsed.GetValue(Json))
            Terminal.Json(summary);
        else
            Print(summary, options);
        if (summary.Failed > 0)
            throw new CommandException("publish_failed", $"{summary.Failed} messages were given up: {publisher?.FirstError}");
        return summary.Skipped > 0 ? CommandException.PartialExitCode : 0;
    }

    static PublishOptions Options(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(File).FullName;
        if (!System.IO.File.Exists(path))
            throw new CommandException("file_not_found", $"There is no file {path}.");
        var format = parsed.GetValue(Format) switch
        {
            "handbook" => FileFormat.Handbook,
            "csv" => FileFormat.Csv,
            "jsonl" => FileFormat.JsonLines,
            _ => PublishOptions.FormatOf(path),
        };
        var options = new PublishOptions
        {
            Path = path,
            Format = format,
            Currency = parsed.GetRequiredValue(Currency),
            LabelsPath = format == FileFormat.Handbook ? parsed.GetValue(Labels) ?? path + ".labels.csv" : null,
            Rate = parsed.GetValue(Rate),
            ShowErrors = parsed.GetValue(ShowErrors),
            DryRun = parsed.GetValue(DryRun),
        };
        if (!Currencies.IsKnown(options.Currency))
            throw new CommandException("bad_option", "--currency: an ISO 4217 code, upper case");
        if (!(options.Rate is >= 0 and <= 1_000_000) || options.ShowErrors is < 0 or > 10_000 || parsed.GetValue(MaxLag) < 0)
            throw new CommandException("bad_option", "--rate: from 0 to 1000000; --show-errors: from 0 to 10000; --max-lag: from 0");
        return options;
    }

    static async Task<PublishSummary> WithProgressAsync(Func<Action<string, double>, Task<PublishSummary>> run)
    {
        if (Console.IsErrorRedirected)
            return await run((_, _) => { });
        return await Terminal.Error.Progress().StartAsync(async bars =>
        {
            ProgressTask? bar = null;
            return await run((what, share) =>
            {
                if (bar?.Description != what)
                {
                    bar?.StopTask();
                    bar = bars.AddTask(what);
                }
                bar.Value = share * 100;
            });
        });
    }

    static void Print(PublishSummary summary, PublishOptions options)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(Path.GetFileName(options.Path).EscapeMarkup()).AddColumn(new TableColumn("count").RightAligned());
        table.AddRow("rows", $"{summary.Rows:N0}");
        table.AddRow(options.DryRun ? "good" : "published", $"{summary.Published:N0}");
        table.AddRow("accounts opened", $"{summary.Accounts:N0}");
        table.AddRow("labels kept apart", $"{summary.Labels:N0}");
        table.AddRow("skipped", $"{summary.Skipped:N0}");
        foreach (var (code, count) in summary.Errors)
            table.AddRow($"  {code.EscapeMarkup()}", $"{count:N0}");
        Terminal.Out.Write(table);
    }
}
