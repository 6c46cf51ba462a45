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
}
