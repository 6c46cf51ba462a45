using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Backtests;
using Spectre.Console;

namespace Orchestrator.Cli.Backtests;

/// <summary><c>orchestrator backtest</c>.</summary>
static class BacktestCommand
{
    static readonly Option<string> Rules = new("--rules") { Description = "A file with a rule set, a stored version, live, or built-in", DefaultValueFactory = _ => BacktestOrder.Live };
    static readonly Option<string> Model = new("--model") { Description = "A file with a model, a stored version, live, or none", DefaultValueFactory = _ => BacktestOrder.Live };
    static readonly Option<string> From = new("--from") { Description = "What happened from here on is judged: a day or an instant, UTC", Required = true };
    static readonly Option<string> To = new("--to") { Description = "What happened before this is judged", Required = true };
    static readonly Option<FileInfo?> History = new("--history") { Description = "Transactions of a file, as for publish [default: the decisions that the service has stored]" };

    static readonly Option<string?> Format = new Option<string?>("--format") { Description = "How that file is written [default: csv for *.csv, else jsonl]" }
        .AcceptOnlyFromAmong("jsonl", "csv", "handbook");

    static readonly Option<string> Currency = new("--currency") { Description = "Of a Handbook file's amounts", DefaultValueFactory = _ => "EUR" };
    static readonly Option<string?> Labels = new("--labels") { Description = "What became of the file's transactions, as for labels publish. A Handbook file has its own" };
    static readonly Option<bool> UnlabelledAsGenuine = new("--unlabelled-as-genuine") { Description = "What has no label and is older than the delay of labels counts as genuine" };

    static readonly Option<string[]> ReviewCost = new("--review-cost")
    {
        Description = "What a person's look at one payment costs, minor units, as EUR:500; may be repeated",
        DefaultValueFactory = _ => [],
    };

    static readonly Option<int> Examples = new("--examples") { Description = "How many of those with another outcome to show, 0 to 50", DefaultValueFactory = _ => 10 };
    static readonly Option<bool> Json = new("--json") { Description = "Print the result as one line of JSON" };

    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        var command = new Command(
            "backtest",
            "What rules and a model would have done with history: replays it through the library that decides live, on state of its own, with labels from when they were known. " +
            "Nothing is decided by it, and nothing live is touched. Exit code 0 when all of history was good, 2 when rows were skipped, 1 when it failed.")
        {
            Rules, Model, From, To, History, Format, Currency, Labels, UnlabelledAsGenuine, ReviewCost, Examples, Json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, time, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = Options(parsed);
        var run = new BacktestCommandRun(options, () => connections.Postgres(parsed), time);
        var (result, skipped) = await WithProgressAsync(progress => run.RunAsync(progress, cancellationToken));
        foreach (var bad in skipped)
            Terminal.Warn($"line {bad.Line}: {bad.Code}{(bad.Field.Length == 0 ? "" : $" ({bad.Field})")}: {bad.Detail}");
        if (parsed.GetValue(Json))
            Terminal.Json(result);
        else
            BacktestPrint.Write(result, parsed.GetValue(Examples));
        return skipped.Count > 0 ? CommandException.PartialExitCode : 0;
    }

    static BacktestCommandOptions Options(ParseResult parsed)
    {
        if (parsed.GetValue(Examples) is < 0 or > 50)
            throw new CommandException("bad_option", "--examples: from 0 to 50");
        var history = parsed.GetValue(History);
        var labels = parsed.GetValue(Labels);
        if (labels is not null && history is null)
            throw new CommandException("bad_option", "--labels goes with --history; of stored decisions the labels are stored too");
        var spec = new BacktestSpec(Instant(parsed, From), Instant(parsed, To), parsed.GetValue(UnlabelledAsGenuine), Costs(parsed.GetValue(ReviewCost) ?? []));
        return spec.From < spec.To
            ? new(parsed.GetRequiredValue(Rules), parsed.GetRequiredValue(Model), spec, history is null ? null : FileOptions(parsed, history.FullName), labels)
            : throw new CommandException("bad_option", "--from: before --to");
    }

    static PublishOptions FileOptions(ParseResult parsed, string path)
    {
        if (!File.Exists(path))
            throw new CommandException("file_not_found", $"There is no file {path}.");
        var currency = parsed.GetRequiredValue(Currency);
        if (!Currencies.IsKnown(currency))
            throw new CommandException("bad_option", "--currency: an ISO 4217 code, upper case");
        return new()
        {
            Path = path,
            Currency = currency,
            ShowErrors = 20,
            Format = parsed.GetValue(Format) switch
            {
                "handbook" => FileFormat.Handbook,
                "csv" => FileFormat.Csv,
                "jsonl" => FileFormat.JsonLines,
                _ => PublishOptions.FormatOf(path),
            },
        };
    }

    static DateTimeOffset Instant(ParseResult parsed, Option<string> option)
    {
        string[] formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];
        return DateTimeOffset.TryParseExact(
            parsed.GetRequiredValue(option), formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            && instant.Year is >= 1970 and <= 2200
            ? instant
            : throw new CommandException("bad_option", $"{option.Name}: a day or an instant from 1970 to 2200, as in 2026-03-01 or 2026-03-01T12:00:00Z");
    }

    static Dictionary<string, long> Costs(string[] given)
    {
        var costs = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            if (text.Split(':') is not [var currency, var amount] || !CurrencyScales.IsWellFormed(currency)
                || !long.TryParse(amount, NumberStyles.None, CultureInfo.InvariantCulture, out var minor) || minor > ContractErrors.MaxAmountMinor
                || !costs.TryAdd(currency, minor))
            {
                throw new CommandException("bad_option", "--review-cost: a currency and minor units, as in EUR:500, each currency once");
            }
        }
        return costs;
    }

    static async Task<T> WithProgressAsync<T>(Func<Action<BacktestProgress>, Task<T>> run)
    {
        if (Console.IsErrorRedirected)
            return await run(_ => { });
        return await Terminal.Error.Progress().StartAsync(async bars =>
        {
            var bar = bars.AddTask("replaying");
            return await run(progress =>
            {
                bar.Value = progress.Share * 100;
                bar.Description = $"{progress.At:yyyy-MM-dd HH:mm}, {progress.Transactions:N0} taken, {progress.Judged:N0} judged";
            });
        });
    }
}
