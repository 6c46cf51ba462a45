using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Train;
using Spectre.Console;

namespace Orchestrator.Cli.Models;

/// <summary><c>orchestrator models thresholds</c>.</summary>
static class ModelThresholdsCommand
{
    static readonly Argument<string> Model = new("MODEL") { Description = "A model's file, or the version of one that the service has" };
    static readonly Argument<FileInfo> File = new("FILE") { Description = "Transactions of the past, as for train" };
    static readonly Option<int> Days = new("--days") { Description = "How many days at the end of the file are looked at, 1 to 366; all before makes history", DefaultValueFactory = _ => 28 };
    static readonly Option<bool> Calibrate = new("--calibrate") { Description = "Fit probabilities to these outcomes first" };
    static readonly Option<string?> Output = new("--output", "-o") { Description = "Where the model with the new thresholds goes; it is another version then" };
    static readonly Option<bool> Json = new("--json") { Description = "Print the summary as one line of JSON" };
    static readonly CostOptions Costs = new();

    public static Command Create(ConnectionOptions connections)
    {
        var command = new Command(
            "thresholds",
            "Choose a model's thresholds anew, for other costs or on other transactions: those under which these would have cost least. Exit code 0 when all rows were good, " +
            "2 when some were skipped, 1 when it failed.")
        {
            Model, File, TrainCommand.Format, TrainCommand.Currency, TrainCommand.Labels, Days, Calibrate, Output, Json,
        };
        Costs.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Days) is < 1 or > 366)
            throw new CommandException("bad_option", "--days: from 1 to 366");
        var options = new ThresholdsOptions
        {
            Model = await ModelAsync(parsed, connections, cancellationToken),
            File = TrainCommand.FileOptions(parsed, parsed.GetRequiredValue(File).FullName),
            LabelsPath = parsed.GetValue(TrainCommand.Labels),
            Days = parsed.GetValue(Days),
            Calibrate = parsed.GetValue(Calibrate),
            Costs = Costs.Of(parsed),
        };
        var (model, summary) = await Task.Run(() => ThresholdsRun.Run(options, cancellationToken), cancellationToken);
        var output = parsed.GetValue(Output);
        if (output is not null)
            await ModelsCommand.WriteAsync(output, model, cancellationToken);
        if (parsed.GetValue(Json))
            Terminal.Json(summary);
        else
            Print(summary, output);
        return summary.Skipped > 0 ? CommandException.PartialExitCode : 0;
    }

    static async Task<byte[]> ModelAsync(ParseResult parsed, ConnectionOptions connections, CancellationToken cancellationToken)
    {
        var model = parsed.GetRequiredValue(Model);
        if (System.IO.File.Exists(model))
            return ModelFiles.Read(model);
        using var api = new ModelsApi(connections.Api(parsed));
        return await api.DownloadAsync(model, cancellationToken);
    }

    static void Print(ThresholdsSummary summary, string? output)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(summary.Name.EscapeMarkup())
            .AddColumn(new TableColumn("before").RightAligned()).AddColumn(new TableColumn("now").RightAligned());
        table.AddRow("review from", $"{summary.Before.Review:0.000}", $"{summary.Now.Review:0.000}");
        table.AddRow("decline from", $"{summary.Before.Decline:0.000}", $"{summary.Now.Decline:0.000}");
        table.AddRow("reviewed", $"{summary.Before.Reviewed:N0}", $"{summary.Now.Reviewed:N0}");
        table.AddRow("declined", $"{summary.Before.Declined:N0}", $"{summary.Now.Declined:N0}");
        table.AddRow("cost", $"{summary.Before.Cost:N0}", $"{summary.Now.Cost:N0}");
        Terminal.Out.Write(table);
        Console.Out.WriteLine($"{summary.Rows:N0} transactions, {summary.Frauds:N0} frauds; approving all would have cost {summary.CostOfNothing:N0}.");
        if (summary.Skipped > 0)
            Terminal.Warn($"{summary.Skipped:N0} rows skipped");
        if (output is not null)
            Terminal.Note($"written to {output}");
    }
}
