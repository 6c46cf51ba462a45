using System.Globalization;
using System.Text.Json;
using Orchestrator.Cli.Backtests;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Backtests;
using Orchestrator.Tests.Decisioning.Backtests;
using Orchestrator.Tests.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Cli;

/// <summary><c>orchestrator backtest</c>, from files and from the store.</summary>
public sealed class BacktestCommandTests(TestInfrastructure infrastructure) : IDisposable
{
    const string RulesJson = """
        { "thresholds": { "review": 500, "decline": 900 }, "rules": [
          { "name": "high", "when": "amount > 220", "score": 950, "sentence": "{amount:money} is more than anybody pays." },
          { "name": "watched", "when": "destination in list('watched_accounts')", "score": 500, "sentence": "{destination} is watched." } ] }
        """;

    readonly string _folder = Directory.CreateTempSubdirectory("orchestrator-backtest-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Backtest_when_history_is_a_handbook_file_finds_the_frauds_that_its_rules_are_for()
    {
        var rows = Simulated(days: 60);
        var file = Write("handbook.csv", "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO", rows.Select((r, i) =>
            $"{i},{Time(r)},{r.Customer},{r.Terminal},{r.AmountMinor / 100}.{r.AmountMinor % 100:00},{(r.IsFraud ? 1 : 0)},{r.Scenario}"));
        var (from, to) = (HandbookParameters.DayZero.AddDays(40), HandbookParameters.DayZero.AddDays(55));

        var result = await RunAsync(new(Write("rules.json", RulesJson, []), "none", new BacktestSpec(from, to), File(file, FileFormat.Handbook), LabelsPath: null));

        var judged = rows.Where(r => At(r) >= from && At(r) < to).ToList();
        Assert.Equal(judged.Count, result.Outcomes.Total);
        Assert.Equal(judged.Count(r => r.IsFraud), result.AtDecline.Flagged.Fraud + result.AtDecline.Passed.Fraud);
        Assert.Equal(judged.Count(r => r.AmountMinor > 22_000), result.Outcomes.Decline.Total);
        Assert.Equal(judged.Where(r => r.IsFraud && r.AmountMinor > 22_000).Sum(r => r.AmountMinor), Assert.Single(result.Money).FraudDeclined);
        Assert.Equal((true, true), (result.WarmUp.IsWhole, result.WarmUp.Transactions > 0));
        Assert.Null(result.Live);
        Assert.Contains("There are no lists here: those that rules look into count as empty.", result.Notes);
        Assert.Empty(result.Degraded);
    }

    [Fact]
    public async Task Backtest_when_labels_stand_in_a_file_of_their_own_is_the_same_however_both_are_written()
    {
        var rows = Simulated(days: 12);
        var transactions = rows.Select((r, i) => new TransactionSubmitted(
            Id(i), $"c{r.Customer}", $"t{r.Terminal}", r.AmountMinor, "EUR", TransactionKind.Card, At(r), TerminalId: $"t{r.Terminal}")).ToList();
        // A little out of order, as topics are.
        var lines = transactions.Select((t, i) => (Key: i + (i % 7 * 3), Line: JsonSerializer.Serialize(t, ContractJson.Default.TransactionSubmitted))).OrderBy(l => l.Key).Select(l => l.Line);
        var file = Write("history.jsonl", lines.First(), lines.Skip(1));
        var csv = Write("labels.csv", "transactionId,fraud", rows.Select((r, i) => $"{Id(i)},{(r.IsFraud ? 1 : 0)}"));
        var json = Write("labels.jsonl", "", rows.Select((r, i) => $$"""{ "transactionId": "{{Id(i)}}", "isFraud": {{(r.IsFraud ? "true" : "false")}}, "source": "case" }"""));
        var options = new BacktestCommandOptions(
            "built-in", "none", new BacktestSpec(HandbookParameters.DayZero, HandbookParameters.DayZero.AddDays(12)), File(file, FileFormat.JsonLines), csv);

        var (first, second) = (await RunAsync(options), await RunAsync(options with { LabelsPath = json }));

        Assert.Equal(rows.Count(r => r.IsFraud), first.AtReview.Flagged.Fraud + first.AtReview.Passed.Fraud);
        Assert.Equal(0, first.AtReview.Passed.Unlabelled);
        Assert.False(first.WarmUp.IsWhole);
        Assert.Equal(Text(first), Text(second));

        static string Text(BacktestResult result) =>
            JsonSerializer.Serialize(result with { Pace = new BacktestPace(0, 0, 0), Labels = result.Labels with { AsOf = default } }, BacktestJson.Default.BacktestResult);
    }

    [Fact]
    public async Task Backtest_when_history_is_stored_compares_with_what_was_live()
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        var past = CsCheck.Check.Single(LivePast.Any, p => p.Transactions.Count > 40, "99mvMNCo1tp4");
        await store.Lane.RunAsync([.. past.Decide(LivePast.Strict)]);
        await store.Lane.RunAsync([.. past.Labels]);

        var result = await RunAsync(
            new(Write("rules.json", RulesJson, []), "none", new BacktestSpec(LivePast.Start, past.End), History: null, LabelsPath: null), store.ConnectionString);

        Assert.Equal((past.Transactions.Count, past.Transactions.Count), (result.Outcomes.Total, result.Live!.Compared));
        Assert.Equal(past.Transactions.Count(t => t.AmountMinor > 22_000), result.Outcomes.Decline.Total);
        Assert.Contains(result.Notes, n => n.StartsWith("Lists are as they are now", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nobody-wrote-this", "none", "unknown_rules")]
    [InlineData("live", "nobody-trained-this", "unknown_model")]
    public async Task Backtest_when_what_it_names_is_not_stored_says_so(string rules, string model, string code)
    {
        await using var store = await RecordsDatabase.CreateAsync(infrastructure);
        var options = new BacktestCommandOptions(rules, model, new BacktestSpec(LivePast.Start, LivePast.Start.AddDays(1)), History: null, LabelsPath: null);

        Assert.Equal(code, await FailureAsync(options, store.ConnectionString));
    }

    [Theory]
    [InlineData("{ \"rules\": [] }", "rules_do_not_fit")]
    [InlineData("{ \"thresholds\": { \"review\": 500, \"decline\": 900 }, \"rules\": [ { \"name\": \"x\", \"when\": \"unheard_of > 1\", \"score\": 1, \"sentence\": \"x\" } ] }", "rules_do_not_fit")]
    public async Task Backtest_when_a_file_of_rules_does_not_do_says_so(string rules, string code)
    {
        var history = Write("history.jsonl", "", []);

        Assert.Equal(code, await FailureAsync(new(
            Write("rules.json", rules, []), "none", new BacktestSpec(LivePast.Start, LivePast.Start.AddDays(1)), File(history, FileFormat.JsonLines), LabelsPath: null)));
    }

    [Fact]
    public async Task History_when_a_row_is_far_from_its_place_is_refused_with_its_line()
    {
        var rows = Enumerable.Range(0, FileHistory.MostLate + 50).Select(i => Row(i, LivePast.Start.AddSeconds(i))).Append(Row(99_999, LivePast.Start)).ToList();
        var file = Write("history.jsonl", rows[0], rows.Skip(1));

        var failure = await Assert.ThrowsAsync<CommandException>(() => RunAsync(new(
            "built-in", "none", new BacktestSpec(LivePast.Start, LivePast.Start.AddDays(1)), File(file, FileFormat.JsonLines), LabelsPath: null)));

        Assert.Equal("history_out_of_order", failure.Code);
        Assert.Contains($"line {rows.Count} ", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_when_rows_are_bad_goes_on_without_them_and_names_them()
    {
        var file = Write("history.jsonl", Row(1, LivePast.Start), ["{", Row(2, LivePast.Start), """{ "transactionId": 7 }"""]);
        var labels = Write("labels.csv", "transactionId,fraud", [$"{Id(1)},1", "nobody,1"]);

        var (result, skipped) = await new BacktestCommandRun(
            new("built-in", "none", new BacktestSpec(LivePast.Start, LivePast.Start.AddDays(1)), File(file, FileFormat.JsonLines), labels), () => "", TimeProvider.System)
            .RunAsync(_ => { }, CancellationToken.None);

        Assert.Equal(new TruthCounts(1, 0, 1), result.Outcomes.Approve);
        Assert.Equal(["invalid_id 3", "not_json 2", "wrong_shape 4"], skipped.Select(s => $"{s.Code} {s.Line}").Order(StringComparer.Ordinal));
    }

    static string Row(int number, DateTimeOffset at) => JsonSerializer.Serialize(
        new TransactionSubmitted(Id(number), "alice", "shop", 500, "EUR", TransactionKind.Card, at), ContractJson.Default.TransactionSubmitted);

    static Guid Id(int number) => new(number + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 4]);

    static PublishOptions File(string path, FileFormat format) => new() { Path = path, Format = format, Currency = "EUR", ShowErrors = 20 };

    static List<HandbookTransaction> Simulated(int days) =>
    [
        .. new HandbookSimulator(new HandbookParameters { Seed = 9, Customers = 100, Terminals = 200, Days = days, Side = 30, CustomersCompromisedPerDay = 2 }).Run()
            .Where(r => r.AmountMinor > 0),
    ];

    static DateTimeOffset At(HandbookTransaction row) => HandbookParameters.DayZero.AddSeconds(row.Second);

    static string Time(HandbookTransaction row) => At(row).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    static async Task<BacktestResult> RunAsync(BacktestCommandOptions options, string postgres = "") =>
        (await new BacktestCommandRun(options, () => postgres, TimeProvider.System).RunAsync(_ => { }, CancellationToken.None)).Result;

    static async Task<string> FailureAsync(BacktestCommandOptions options, string postgres = "") =>
        (await Assert.ThrowsAsync<CommandException>(() => RunAsync(options, postgres))).Code;

    string Write(string name, string first, IEnumerable<string> others)
    {
        var path = Path.Combine(_folder, name);
        System.IO.File.WriteAllLines(path, others.Prepend(first));
        return path;
    }
}
