using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Models;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Training;
using Spectre.Console;

namespace Orchestrator.Cli.Train;

/// <summary><c>orchestrator train</c>.</summary>
static class TrainCommand
{
    static readonly Argument<FileInfo?> File = new("FILE") { Description = "Transactions of the past, as for publish [default: simulated ones]", Arity = ArgumentArity.ZeroOrOne };

    internal static readonly Option<string?> Format = new Option<string?>("--format") { Description = "How the file is written [default: csv for *.csv, else jsonl]" }
        .AcceptOnlyFromAmong("jsonl", "csv", "handbook");

    internal static readonly Option<string> Currency = new("--currency") { Description = "Of a Handbook file's amounts", DefaultValueFactory = _ => "EUR" };
    internal static readonly Option<string?> Labels = new("--labels") { Description = "What became of them: transactionId,fraud. A Handbook file has its own" };
    static readonly Option<uint> Seed = new("--seed") { Description = "Of simulated transactions; 0 is the Handbook's data set" };
    static readonly Option<string> Output = new("--output", "-o") { Description = "Where the model goes", DefaultValueFactory = _ => "model.json" };
    static readonly Option<int> Days = new("--days") { Description = "How many days are learnt from, 1 to 366", DefaultValueFactory = _ => 28 };
    static readonly Option<int> TestDays = new("--test-days") { Description = "How many days at the end are only tried, 0 to 60", DefaultValueFactory = _ => 7 };
    static readonly Option<int> Trees = new("--trees") { Description = "How many trees, 1 to 5000", DefaultValueFactory = _ => new TrainingOptions().Trees };
    static readonly CostOptions Costs = new();
    static readonly Option<bool> Upload = new("--upload") { Description = "Also upload it to the service, as a draft" };
    static readonly Option<bool> Json = new("--json") { Description = "Print the summary as one line of JSON" };

    public static Command Create(ConnectionOptions connections)
    {
        var command = new Command(
            "train",
            "Train a fraud model on labelled transactions of the past, with the features that the service computes live; calibrate it, choose thresholds by cost, and " +
            "try it on the days after. Exit code 0 when all rows were good, 2 when some were skipped, 1 when it failed.")
        {
            File, Format, Currency, Labels, Seed, Output, Days, TestDays, Trees, Upload, Json,
        };
        Costs.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, CancellationToken cancellationToken)
    {
        var options = Options(parsed);
        var (model, summary) = await Task.Run(() => Train(options, cancellationToken), cancellationToken);
        var file = TreeModelFormat.Write(model);
        try
        {
            await System.IO.File.WriteAllBytesAsync(options.Output, file, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("model_not_writable", e.Message, e);
        }
        if (parsed.GetValue(Upload))
        {
            using var models = new ModelsApi(connections.Api(parsed));
            summary = summary with { Version = (await models.UploadAsync(file, "orchestrator train", cancellationToken)).Version };
        }
        if (parsed.GetValue(Json))
            Terminal.Json(summary);
        else
            Print(summary, options.Output);
        return summary.Skipped > 0 ? CommandException.PartialExitCode : 0;
    }

    static (TreeModel Model, TrainSummary Summary) Train(TrainOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return TrainRun.Run(options, cancellationToken);
        }
        catch (DllNotFoundException e)
        {
            throw new CommandException("training_not_here", "This build comes without what trains models, as that of the container image does: train with the command built from the sources.", e);
        }
    }

    static TrainOptions Options(ParseResult parsed)
    {
        var options = new TrainOptions
        {
            File = parsed.GetValue(File) is { } file ? FileOptions(parsed, file.FullName) : null,
            LabelsPath = parsed.GetValue(Labels),
            Seed = parsed.GetValue(Seed),
            Output = parsed.GetRequiredValue(Output),
            TrainDays = parsed.GetValue(Days),
            TestDays = parsed.GetValue(TestDays),
            Training = new()
            {
                Trees = parsed.GetValue(Trees),
                Costs = Costs.Of(parsed),
            },
        };
        if (options.TrainDays is < 1 or > 366 || options.TestDays is < 0 or > 60)
            throw new CommandException("bad_option", "--days: from 1 to 366; --test-days: from 0 to 60");
        try
        {
            Validator.ValidateObject(options.Training, new(options.Training), validateAllProperties: true);
        }
        catch (ValidationException e)
        {
            throw new CommandException("bad_option", e.Message, e);
        }
        return options;
    }

    internal static PublishOptions FileOptions(ParseResult parsed, string path)
    {
        if (!System.IO.File.Exists(path))
            throw new CommandException("file_not_found", $"There is no file {path}.");
        var currency = parsed.GetRequiredValue(Currency);
        if (!Currencies.IsKnown(currency))
            throw new CommandException("bad_option", "--currency: an ISO 4217 code, upper case");
        return new()
        {
            Path = path,
            Currency = currency,
            Format = parsed.GetValue(Format) switch
            {
                "handbook" => FileFormat.Handbook,
                "csv" => FileFormat.Csv,
                "jsonl" => FileFormat.JsonLines,
                _ => PublishOptions.FormatOf(path),
            },
        };
    }

    static void Print(TrainSummary summary, string output)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(summary.Name.EscapeMarkup()).AddColumn(new TableColumn("").RightAligned());
        table.AddRow("learnt from", $"{summary.Rows:N0} transactions, {summary.Frauds:N0} frauds");
        table.AddRow("inputs", $"{summary.Inputs.Count}");
        table.AddRow("trees", $"{summary.Trees}");
        table.AddRow("review from", $"{summary.Review:0.000}");
        table.AddRow("decline from", $"{summary.Decline:0.000}");
        if (summary.Test is { } test)
        {
            table.AddRow("tried on", $"{test.Rows:N0} transactions, {test.Frauds:N0} frauds ({test.ExpectedFrauds:N0} expected)");
            table.AddRow("AUC, average precision", $"{test.Auc:0.000}, {test.AveragePrecision:0.000}");
            table.AddRow("reviewed, declined", $"{test.Reviewed:N0}, {test.Declined:N0}");
            table.AddRow("cost, and of doing nothing", $"{test.Cost:N0}, {test.CostOfNothing:N0}");
        }
        if (summary.Skipped > 0)
            table.AddRow("rows skipped", $"{summary.Skipped:N0}");
        table.AddRow("written to", output.EscapeMarkup());
        if (summary.Version is { } version)
            table.AddRow("uploaded as", version.EscapeMarkup());
        Terminal.Out.Write(table);
    }
}
