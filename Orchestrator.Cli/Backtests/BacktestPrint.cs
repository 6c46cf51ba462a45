using System.Globalization;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Backtests;
using Spectre.Console;

namespace Orchestrator.Cli.Backtests;

/// <summary>A result for people.</summary>
static class BacktestPrint
{
    public static void Write(BacktestResult result, int examples)
    {
        Terminal.Out.Write(Summary(result));
        Terminal.Out.Write(Confusion(result));
        if (result.Money.Count > 0)
            Terminal.Out.Write(Money(result));
        if (result.Rules.Count > 0)
            Terminal.Out.Write(Rules(result));
        if (result.Live is { } live)
            WriteLive(live, examples);
        foreach (var note in result.Notes)
            Console.Out.WriteLine(note);
    }

    static Table Summary(BacktestResult result)
    {
        var table = Table("backtest", "");
        table.AddRow("rules", result.Versions.Rules.EscapeMarkup());
        table.AddRow("model", (result.Versions.Model ?? "none").EscapeMarkup());
        table.AddRow("judged", $"{Time(result.From)} to {Time(result.To)}");
        table.AddRow("warm-up", $"{result.WarmUp.Transactions:N0} transactions{(result.WarmUp.IsWhole ? "" : ", shorter than it should be")}");
        table.AddRow("approved, reviewed, declined", $"{result.Outcomes.Approve.Total:N0}, {result.Outcomes.Review.Total:N0}, {result.Outcomes.Decline.Total:N0}");
        table.AddRow("alerts a day", $"{result.Alerts.PerDay:N1}{(result.Alerts.BusiestDay is { } day ? $" ({result.Alerts.OnBusiestDay:N0} on {day:yyyy-MM-dd})" : "")}");
        table.AddRow("average precision", Share(result.AveragePrecision));
        if (result.Labels.AssumedGenuine > 0)
            table.AddRow("unlabelled, taken for genuine", $"{result.Labels.AssumedGenuine:N0}");
        foreach (var (reason, count) in result.Degraded)
            table.AddRow($"degraded: {reason.EscapeMarkup()}", $"{count:N0}");
        table.AddRow("took", $"{result.Pace.Seconds:N1} s, {result.Pace.PerSecond:N0} transactions a second");
        return table;
    }

    static Table Confusion(BacktestResult result)
    {
        var table = Table("", "frauds", "genuine", "unlabelled", "precision", "recall", "false positives");
        Row("held or declined", result.AtReview);
        Row("declined", result.AtDecline);
        return table;

        void Row(string name, ConfusionMatrix matrix)
        {
            table.AddRow(
                name, $"{matrix.Flagged.Fraud:N0}", $"{matrix.Flagged.Genuine:N0}", $"{matrix.Flagged.Unlabelled:N0}", Share(matrix.Precision), Share(matrix.Recall),
                Share(matrix.FalsePositiveRate));
            table.AddRow($"not {name}", $"{matrix.Passed.Fraud:N0}", $"{matrix.Passed.Genuine:N0}", $"{matrix.Passed.Unlabelled:N0}", "", "", "");
        }
    }

    static Table Money(BacktestResult result)
    {
        var table = Table("currency", "fraud stopped", "fraud missed", "genuine declined", "genuine held", "looks cost", "saved");
        foreach (var money in result.Money)
        {
            string Amount(long minor) => Major(minor, money.Currency);
            table.AddRow(
                money.Currency.EscapeMarkup(), Amount(money.FraudStopped), Amount(money.FraudMissed), Amount(money.GenuineDeclined), Amount(money.GenuineHeld),
                Amount(money.ReviewCost), Amount(money.Saved));
        }
        return table;
    }

    static Table Rules(BacktestResult result)
    {
        var table = Table("rule", "matched", "frauds", "genuine", "precision", "contributed", "failed");
        foreach (var rule in result.Rules)
        {
            table.AddRow(
                rule.Rule.EscapeMarkup(), $"{rule.Matched.Total:N0}", $"{rule.Matched.Fraud:N0}", $"{rule.Matched.Genuine:N0}", Share(rule.Precision), $"{rule.Contribution:N0}",
                $"{rule.Failed:N0}");
        }
        return table;
    }

    static void WriteLive(LiveDiff live, int examples)
    {
        var matrix = Table("live, then here", "approve", "review", "decline");
        foreach (var (name, row) in new[] { ("approve", live.Matrix.Approve), ("review", live.Matrix.Review), ("decline", live.Matrix.Decline) })
            matrix.AddRow(name, $"{row.Approve:N0}", $"{row.Review:N0}", $"{row.Decline:N0}");
        Terminal.Out.Write(matrix);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Against live: {live.NewlyCaught:N0} newly caught, {live.NewlyMissed:N0} newly missed, {live.NewlyBothered:N0} newly bothered, {live.NewlySpared:N0} newly spared; same score in {live.SameScore:N0} of {live.Compared:N0}."));
        if (live.Vectors is { Compared: > 0 } vectors && vectors.Same < vectors.Compared)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Features came to other numbers than live in {vectors.Compared - vectors.Same:N0} of {vectors.Compared:N0}."));
        if (live.Examples.Count == 0 || examples == 0)
            return;
        var table = Table("transaction", "happened", "kind", "live", "here", "amount");
        foreach (var e in live.Examples.Take(examples))
        {
            table.AddRow(
                $"{e.TransactionId}", Time(e.EventAt), $"{e.Kind}", $"{e.LiveOutcome} {e.LiveScore}", $"{e.Outcome} {e.Score}",
                $"{Major(e.AmountMinor, e.Currency)} {e.Currency.EscapeMarkup()}");
        }
        Terminal.Out.Write(table);
    }

    static Table Table(string first, params ReadOnlySpan<string> others)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn(first).NoWrap());
        foreach (var column in others)
            table.AddColumn(new TableColumn(column).RightAligned());
        return table;
    }

    static string Share(double? value) => value is { } share ? share.ToString("0.000", CultureInfo.InvariantCulture) : "-";

    static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // Assets that are not of ISO 4217 are known to the service alone: their smallest units then.
    static string Major(long minor, string currency) => Currencies.IsKnown(currency)
        ? (minor / (decimal)Math.Pow(10, Currencies.MinorDigits(currency))).ToString($"N{Currencies.MinorDigits(currency)}", CultureInfo.InvariantCulture)
        : minor.ToString("N0", CultureInfo.InvariantCulture);
}
