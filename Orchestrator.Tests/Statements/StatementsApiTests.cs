using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Statements;

public sealed class StatementsApiTests(BooksApi api) : IClassFixture<BooksApi>, IAsyncLifetime
{
    const string Customer = "<script>alert('x')</script> =cmd|calc";

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async ValueTask InitializeAsync() => await api.OnceAsync(PrepareAsync);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static Task PrepareAsync(BooksApi books) => books.DecideAsync(
        Commands.Open("alice-4711", 125_000) with { CustomerId = Customer },
        Commands.Hold(1, "alice-4711", 50_000),
        Commands.Capture(2, "alice-4711", hold: 1),
        Commands.Credit(3, "alice-4711", 50));

    [Fact]
    public async Task Statement_when_asked_for_as_json_does_look_as_approved()
    {
        var answer = await api.GetAsync("/v1/accounts/alice-4711/statements/2026-03");

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.Status, answer.MediaType));
        ApprovedText.Check(
            "Orchestrator.Tests/Approved/statement.json", JsonSerializer.Serialize(answer.Json, Indented) + "\n");
    }

    [Theory]
    [InlineData("", null, "application/json")]
    [InlineData("", "*/*", "application/json")]
    [InlineData("", "text/csv", "text/csv")]
    [InlineData("", "text/csv;charset=utf-8", "text/csv")]
    [InlineData("", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html")]
    [InlineData("", "text/html;q=0.1, text/*;q=0.5", "text/csv")]
    [InlineData("", "application/json;q=0, */*", "text/csv")]
    [InlineData("?format=html", "application/json", "text/html")]
    [InlineData("?format=csv", "image/png", "text/csv")]
    public async Task Statement_when_negotiated_does_come_in_the_form_that_was_asked_for(string query, string? accept, string mediaType)
    {
        var answer = await api.GetAsync($"/v1/accounts/alice-4711/statements/2026-03{query}", accept);

        Assert.Equal((HttpStatusCode.OK, mediaType), (answer.Status, answer.MediaType));
        if (query.Length == 0)
            Assert.Equal("Accept", answer.Header("Vary"));
    }

    [Fact]
    public async Task Statement_when_printed_does_escape_what_others_wrote_and_let_nothing_run()
    {
        var answer = await api.GetAsync("/v1/accounts/alice-4711/statements/2026-03?format=html&masked=true");

        Assert.DoesNotContain("<script", answer.Text, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", answer.Text, StringComparison.Ordinal);
        Assert.Contains("****711", answer.Text, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", answer.Header("Content-Security-Policy")!, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
    }

    [Fact]
    public async Task Statements_when_listed_are_there_for_every_month_up_to_now()
    {
        var list = (await api.GetAsync("/v1/accounts/alice-4711/statements")).Json;
        Assert.Equal(["2026-04", "2026-03"], list.GetProperty("items").EnumerateArray().Select(m => m.GetProperty("month").GetString()));
        Assert.False(list.TryGetProperty("next", out _));

        var page = (await api.GetAsync("/v1/accounts/alice-4711/statements?limit=1")).Json;
        Assert.Equal("2026-04", page.GetProperty("next").GetString());
        Assert.Equal(75_050, page.GetProperty("items")[0].GetProperty("closingBalanceMinor").GetInt64());
        var next = (await api.GetAsync("/v1/accounts/alice-4711/statements?limit=1&after=2026-04")).Json;
        Assert.Equal("2026-03", next.GetProperty("items")[0].GetProperty("month").GetString());
        Assert.False(next.TryGetProperty("next", out _));
    }

    [Theory]
    [InlineData("/v1/accounts/alice-4711/statements/2026-13", 400, "invalid", "invalid_month month")]
    [InlineData("/v1/accounts/alice-4711/statements/2026-1", 400, "invalid", "invalid_month month")]
    [InlineData("/v1/accounts/alice-4711/statements/%3Cscript%3E", 400, "invalid", "invalid_month month")]
    [InlineData("/v1/accounts/alice-4711/statements/2026-03?format=pdf", 400, "invalid", "unknown_format format")]
    [InlineData("/v1/accounts/alice-4711/statements/2026-03?format=", 400, "invalid", "unknown_format format")]
    [InlineData("/v1/accounts/alice-4711/statements/2026-03?masked=perhaps", 400, "bad_request", null)]
    [InlineData("/v1/accounts/alice-4711/statements/2026-02", 404, "statement_not_found", null)]
    [InlineData("/v1/accounts/alice-4711/statements/2026-05", 404, "statement_not_found", null)]
    [InlineData("/v1/accounts/nobody/statements/2026-03", 404, "account_not_found", null)]
    [InlineData("/v1/accounts/settlement:EUR:0/statements/2026-03", 404, "account_not_found", null)]
    [InlineData("/v1/accounts/nobody/statements", 404, "account_not_found", null)]
    [InlineData("/v1/accounts/alice-4711/statements?limit=0", 400, "invalid", "out_of_range limit")]
    [InlineData("/v1/accounts/alice-4711/statements?limit=121", 400, "invalid", "out_of_range limit")]
    [InlineData("/v1/accounts/alice-4711/statements?after=now", 400, "invalid", "invalid_month after")]
    [InlineData("/v1/months?limit=0", 400, "invalid", "out_of_range limit")]
    [InlineData("/v1/months?after=2026-99", 400, "invalid", "invalid_month after")]
    public async Task Request_when_it_cannot_be_served_does_say_why(string path, int status, string problem, string? error)
    {
        var answer = await api.GetAsync(path);

        Assert.Equal((status, problem), ((int)answer.Status, answer.Problem));
        Assert.Equal(error is null ? [] : [error], answer.Errors);
    }

    [Fact]
    public async Task Statement_when_nothing_acceptable_is_left_does_say_so() =>
        Assert.Equal("not_acceptable", (await api.GetAsync("/v1/accounts/alice-4711/statements/2026-03", "image/png")).Problem);

    [Fact]
    public async Task Statement_when_the_read_model_is_not_built_does_ask_to_come_again()
    {
        var active = new Dictionary<string, string>(api.Schemas.Active, StringComparer.Ordinal);
        api.Schemas.Active.Clear();

        foreach (var path in new[] { "/v1/accounts/alice-4711/statements", "/v1/accounts/alice-4711/statements/2026-03", "/v1/reports/totals?from=2026-03-01&to=2026-03-01" })
        {
            var answer = await api.GetAsync(path);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "projection_not_ready", "1"), (answer.Status, answer.Problem, answer.Header("Retry-After")));
        }
        Assert.Equal("account_not_found", (await api.GetAsync("/v1/accounts/nobody/statements")).Problem);
        foreach (var (projection, schema) in active)
            api.Schemas.Active.Add(projection, schema);
    }

    [Theory]
    [InlineData("2026-04", "month_not_over")]
    [InlineData("2026-05", "month_not_over")]
    [InlineData("2200-12", "month_not_over")]
    [InlineData("2026-13", "invalid")]
    [InlineData("march", "invalid")]
    public async Task Month_when_it_cannot_be_closed_does_say_why(string month, string problem)
    {
        Assert.Equal(problem, (await api.CloseAsync(month)).Problem);
        Assert.All((await api.GetAsync("/v1/months")).Json.GetProperty("items").EnumerateArray(), m => Assert.Equal("open", m.GetProperty("status").GetString()));
    }
}
