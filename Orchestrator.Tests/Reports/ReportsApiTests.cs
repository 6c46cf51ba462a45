using System.Net;
using Orchestrator.Tests.Ledger;
using Orchestrator.Tests.Statements;

namespace Orchestrator.Tests.Reports;

public sealed class ReportsApiTests(BooksApi api) : IClassFixture<BooksApi>, IAsyncLifetime
{
    const string March = "from=2026-03-01&to=2026-03-31";

    public async ValueTask InitializeAsync() => await api.OnceAsync(books => books.DecideAsync(
        Commands.Open("alice", 2_000_000) with { CustomerId = "=cmd|'/C calc'!A0" },
        Commands.Open("bob", 3_000_000) with { CustomerId = "@SUM(1)" },
        Commands.Open("carol", 999_999),
        Commands.Hold(1, "alice", 50),
        Commands.Capture(2, "alice", hold: 1)));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Reports_when_listed_do_state_their_schema()
    {
        var reports = (await api.GetAsync("/v1/reports")).Json.GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(["large_transactions", "structuring", "dormant_reactivation", "totals"], reports.Select(r => r.GetProperty("name").GetString()));
        Assert.All(reports.SelectMany(r => r.GetProperty("columns").EnumerateArray()), column =>
        {
            Assert.Contains(column.GetProperty("type").GetString(), (string[])["date", "instant", "string", "integer", "uuid"]);
            Assert.Equal(column.GetProperty("name").GetString()!.EndsWith("Minor", StringComparison.Ordinal), column.TryGetProperty("unit", out var unit) && unit.GetString() == "minor units");
        });
    }

    [Fact]
    public async Task Report_when_paged_does_give_each_row_once_with_its_schema()
    {
        var first = (await api.GetAsync($"/v1/reports/large_transactions?{March}&limit=1")).Json;
        var second = (await api.GetAsync($"/v1/reports/large_transactions?{March}&limit=1&after={first.GetProperty("next").GetString()}")).Json;

        Assert.Equal("alice", first.GetProperty("items")[0].GetProperty("accountId").GetString());
        Assert.Equal("bob", second.GetProperty("items")[0].GetProperty("accountId").GetString());
        Assert.False(second.TryGetProperty("next", out _));
        Assert.Equal(2_000_000, first.GetProperty("items")[0].GetProperty("amountMinor").GetInt64());
        Assert.Equal(
            first.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()),
            first.GetProperty("items")[0].EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task Report_when_asked_for_as_csv_does_come_whole_with_formulas_disarmed()
    {
        var answer = await api.GetAsync($"/v1/reports/large_transactions?{March}", "text/csv");

        Assert.Equal((HttpStatusCode.OK, "text/csv"), (answer.Status, answer.MediaType));
        Assert.Equal("</v1/reports>; rel=\"describedby\"", answer.Header("Link"));
        var lines = answer.Text.Split("\r\n");
        Assert.StartsWith("day,accountId,customerId,currency,direction,amountMinor,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("2026-03-02,alice,\"'=cmd|'/C calc'!A0\",EUR,credit,2000000,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("2026-03-02,bob,'@SUM(1),EUR,credit,3000000,", lines[2], StringComparison.Ordinal);
        Assert.Equal(["", ""], lines[3..].Append(""));
    }

    [Fact]
    public async Task Totals_when_asked_for_do_add_up()
    {
        var row = Assert.Single((await api.GetAsync($"/v1/reports/totals?{March}&format=json")).Json.GetProperty("items").EnumerateArray());

        Assert.Equal((3, 5_999_999), (row.GetProperty("credits").GetInt32(), row.GetProperty("creditedMinor").GetInt64()));
        Assert.Equal((1, 50), (row.GetProperty("holdsCaptured").GetInt32(), row.GetProperty("capturedMinor").GetInt64()));
        Assert.Equal((1, 50), (row.GetProperty("debits").GetInt32(), row.GetProperty("debitedMinor").GetInt64()));
    }

    [Theory]
    [InlineData("unheard_of?from=2026-03-01&to=2026-03-01", 404, "report_not_found", null)]
    [InlineData("Totals?from=2026-03-01&to=2026-03-01", 404, "report_not_found", null)]
    [InlineData("totals?from=2026-03-02&to=2026-03-01", 400, "invalid", "from_after_to from")]
    [InlineData("totals?from=2025-03-31&to=2026-04-01", 400, "invalid", "range_too_long to")]
    [InlineData("totals?from=2026-02-30&to=2026-03-01", 400, "invalid", "invalid_date from")]
    [InlineData("totals?from=2026-03-01&to=yesterday", 400, "invalid", "invalid_date to")]
    [InlineData("totals?from=2026-03-01", 400, "invalid", "missing_field to")]
    [InlineData("totals?to=2026-03-01", 400, "invalid", "missing_field from")]
    [InlineData("totals?from=2026-03-01&to=2026-03-01&format=html", 400, "invalid", "unknown_format format")]
    [InlineData("totals?from=2026-03-01&to=2026-03-01&limit=1001", 400, "invalid", "out_of_range limit")]
    [InlineData("totals?from=2026-03-01&to=2026-03-01&limit=x", 400, "bad_request", null)]
    [InlineData("totals?from=2026-03-01&to=2026-03-01&after=x", 400, "invalid", "invalid_cursor after")]
    [InlineData("totals?from=2026-03-01&to=2026-03-01&after=2026-03-02~EUR", 400, "invalid", "invalid_cursor after")]
    public async Task Request_when_it_cannot_be_served_does_say_why(string address, int status, string problem, string? error)
    {
        var answer = await api.GetAsync($"/v1/reports/{address}");

        Assert.Equal((status, problem), ((int)answer.Status, answer.Problem));
        Assert.Equal(error is null ? [] : [error], answer.Errors);
    }

    [Theory]
    [InlineData("totals?from=2025-04-01&to=2026-04-01")]
    [InlineData("structuring?from=2026-03-02&to=2026-03-02")]
    [InlineData("dormant_reactivation?from=2026-03-02&to=2026-03-02")]
    [InlineData("totals?from=2026-03-01&to=2026-03-31&after=2026-03-01~%27%3B%20drop%20table%20ledger.event%3B--")]
    public async Task Request_when_it_is_at_its_bounds_is_served(string address) =>
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"/v1/reports/{address}")).Status);
}
