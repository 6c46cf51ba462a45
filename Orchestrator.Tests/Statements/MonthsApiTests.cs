using System.Net;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Statements;

public sealed class MonthsApiTests(TestInfrastructure infrastructure) : IAsyncLifetime
{
    readonly BooksApi _api = new(infrastructure);

    public async ValueTask InitializeAsync()
    {
        await _api.InitializeAsync();
        await StatementsApiTests.PrepareAsync(_api);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Statement_when_its_month_is_closed_over_http_does_stay_the_same()
    {
        Assert.Equal("open", (await _api.GetAsync("/v1/accounts/alice-4711/statements/2026-03")).Json.GetProperty("status").GetString());
        var closed = await _api.CloseAsync("2026-03");
        Assert.Equal((HttpStatusCode.OK, "closed"), (closed.Status, closed.Json.GetProperty("status").GetString()));
        var first = await _api.GetAsync("/v1/accounts/alice-4711/statements/2026-03");
        Assert.Equal("closed", first.Json.GetProperty("status").GetString());

        _api.Time.Advance(TimeSpan.FromDays(40));

        Assert.Equal(closed.Text, (await _api.CloseAsync("2026-03")).Text);
        Assert.Equal(first.Text, (await _api.GetAsync("/v1/accounts/alice-4711/statements/2026-03")).Text);
    }

    [Fact]
    public async Task Statement_when_it_is_long_does_come_whole_or_is_broken_off()
    {
        var history = new LedgerHistory().Open("alice-4711", Second(0));
        for (var i = 1; i <= 3_000; i++)
            history.Credit("alice-4711", 1, Second(i), from: "somebody");
        await _api.BuildAsync(history.Events);
        Assert.Equal(3_000, (await _api.GetAsync("/v1/accounts/alice-4711/statements/2026-03")).Json.GetProperty("entries").GetArrayLength());
        Assert.Equal(3_003, (await _api.GetAsync("/v1/accounts/alice-4711/statements/2026-03?format=csv")).Text.Split("\r\n").Length - 1);

        await _api.ExecuteAsync("update statements_1.entry set amount_minor = 2 where version = 3001");

        foreach (var format in new[] { "json", "csv", "html" })
            await Assert.ThrowsAsync<HttpRequestException>(() => _api.GetAsync($"/v1/accounts/alice-4711/statements/2026-03?format={format}"));
    }

    [Fact]
    public async Task Month_when_the_job_runs_is_closed_once()
    {
        var job = _api.Job();
        await job.RunAsync(default);
        _api.Time.Advance(TimeSpan.FromDays(1));
        await job.RunAsync(default);

        var closed = (await _api.GetAsync("/v1/months")).Json.GetProperty("items")[1];
        Assert.Equal(("2026-03", "closed"), (closed.GetProperty("month").GetString(), closed.GetProperty("status").GetString()));
        Assert.Equal(_api.Time.GetUtcNow().AddDays(-1), closed.GetProperty("closedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Job_when_it_runs_too_early_does_fail_to_be_tried_again()
    {
        _api.Time.SetUtcNow(new DateTimeOffset(2026, 5, 1, 0, 1, 0, TimeSpan.Zero));

        await Assert.ThrowsAsync<InvalidOperationException>(() => _api.Job().RunAsync(default));
    }

    [Fact]
    public async Task Months_when_listed_do_show_which_are_closed()
    {
        await _api.CloseAsync("2026-01");
        await _api.CloseAsync("2026-02");

        var months = (await _api.GetAsync("/v1/months")).Json.GetProperty("items").EnumerateArray();

        Assert.Equal(
            ["2026-04 open", "2026-03 open", "2026-02 closed", "2026-01 closed"],
            months.Select(m => $"{m.GetProperty("month").GetString()} {m.GetProperty("status").GetString()}"));
        var page = (await _api.GetAsync("/v1/months?limit=1&after=2026-03")).Json;
        Assert.Equal(("2026-02", "2026-02"), (page.GetProperty("items")[0].GetProperty("month").GetString(), page.GetProperty("next").GetString()));
    }

    static DateTimeOffset Second(int seconds) => new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds);
}
