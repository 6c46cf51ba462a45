using System.Net;
using System.Text;
using Orchestrator.Api.Problems;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class ApiSurfaceTests(ApiFixture api)
{
    [Fact]
    public async Task Routes_when_compared_with_what_was_approved_are_the_same()
    {
        var document = (await api.GetAsync("/swagger/v1/swagger.json")).Json;
        var routes = new StringBuilder();
        foreach (var path in document.GetProperty("paths").EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var statuses = operation.Value.GetProperty("responses").EnumerateObject().Select(r => r.Name).Order(StringComparer.Ordinal);
                var roles = operation.Value.GetProperty("x-roles").EnumerateArray().Select(r => r.GetString());
                routes.Append($"{operation.Name.ToUpperInvariant(),-7}{path.Name}  {string.Join(' ', statuses)}  {string.Join(' ', roles)}\n");
            }
        }

        ApprovedText.Check("Orchestrator.Tests/Approved/routes.txt", routes.ToString());
    }

    [Fact]
    public async Task Every_operation_when_documented_does_have_a_summary_and_a_tag()
    {
        var document = (await api.GetAsync("/swagger/v1/swagger.json")).Json;

        Assert.All(
            document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()),
            operation => Assert.True(operation.Value.TryGetProperty("summary", out _) && operation.Value.TryGetProperty("tags", out _)));
        var submit = document.GetProperty("components").GetProperty("schemas").GetProperty("SubmitTransactionRequest");
        Assert.Contains("cents for EUR", submit.GetProperty("properties").GetProperty("amountMinor").GetProperty("description").GetString()!);
        Assert.Equal("3.1", document.GetProperty("openapi").GetString()![..3]);
    }

    [Fact]
    public void Problems_when_documented_are_all_there_and_in_order()
    {
        var documented = ApprovedText.Read("docs/problems.md").Split('\n').Where(l => l.StartsWith("## ", StringComparison.Ordinal)).Select(l => l[3..]);

        Assert.Equal(ProblemKinds.All.Select(k => k.Code), documented);
        Assert.All(ProblemKinds.All, kind => Assert.Contains($"## {kind.Code}\n\n{kind.Status}. {kind.Title}.\n", ApprovedText.Read("docs/problems.md"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Problem_when_its_type_is_followed_does_explain_itself()
    {
        Assert.Contains("stands for one request", (await api.GetAsync("/problems/idempotency_key_reused")).Text, StringComparison.Ordinal);
        Assert.Contains("# Problems", (await api.GetAsync("/problems")).Text, StringComparison.Ordinal);
        Assert.Equal("not_found", (await api.GetAsync("/problems/unheard_of")).Problem);
    }

    [Theory]
    [InlineData("/", "not_found", 404)]
    [InlineData("/v1/nowhere", "not_found", 404)]
    [InlineData("/v1/transactions/not-a-uuid", "not_found", 404)]
    [InlineData("/v1/parked/not-a-number", "not_found", 404)]
    [InlineData("/v1/parked/999999", "parked_not_found", 404)]
    [InlineData("/v1/parked?limit=many", "bad_request", 400)]
    [InlineData("/v1/parked?limit=0", "invalid", 400)]
    [InlineData("/v1/parked?limit=501", "invalid", 400)]
    [InlineData("/v1/parked?after=-1", "invalid", 400)]
    [InlineData("/v1/accounts/alice/freeze", "method_not_allowed", 405)]
    [InlineData("/v1/accounts?limit=0", "invalid", 400)]
    [InlineData("/v1/accounts?after=:x", "invalid", 400)]
    public async Task Request_when_it_cannot_be_served_does_get_a_problem(string path, string problem, int status)
    {
        var answer = await api.GetAsync(path);

        Assert.Equal((status, problem), ((int)answer.Status, answer.Problem));
        Assert.Equal(status, answer.Json.GetProperty("status").GetInt32());
        Assert.Matches("^[0-9a-f]{32}$", answer.Json.GetProperty("traceId").GetString()!);
    }

    [Theory]
    [InlineData("/v1/parked/999999/redrive")]
    [InlineData("/v1/parked/999999/discard")]
    [InlineData("/v1/parked/groups/nothing/redrive")]
    [InlineData("/v1/parked/groups/nothing/discard")]
    public async Task Parked_request_when_nothing_is_there_does_say_so(string path) =>
        Assert.Equal("parked_not_found", (await api.PostAsync(path, body: null)).Problem);

    [Fact]
    public async Task Figures_when_asked_for_do_have_the_agreed_shape()
    {
        var figures = (await api.GetAsync("/v1/figures")).Json;

        string[] names = ["submitted", "completed", "declined", "held", "compensated", "voided", "parked", "inProgress", "reversed", "compensationFailed"];
        Assert.All(names, name => Assert.True(figures.GetProperty(name).GetInt64() >= 0));
        Assert.Equal(names, figures.GetProperty("perSecond").EnumerateObject().Select(p => p.Name));
        Assert.True(figures.GetProperty("lag").GetProperty("total").GetInt64() >= 0);
        Assert.Contains("ledger", figures.GetProperty("lag").GetProperty("groups").EnumerateObject().Select(g => g.Name));
    }

    [Fact]
    public async Task Health_when_all_is_well_does_name_every_check()
    {
        var ready = await api.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, ready.Status);
        Assert.Equal(
            ["sagas", "database", "migrations", "kafka", "lanes"],
            ready.Json.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task Metrics_when_scraped_do_hold_those_of_the_product()
    {
        var metrics = (await api.GetAsync("/metrics")).Text;

        Assert.Contains("orchestrator_consumer_lag", metrics, StringComparison.Ordinal);
        Assert.Contains("orchestrator_lanes_owned", metrics, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Months_when_nobody_asks_are_closed_by_a_job_on_the_first_at_two()
    {
        Assert.Equal("0 2 1 * *", await api.ScalarAsync<string>("select value from hangfire.hash where key = 'recurring-job:close-month' and field = 'Cron'"));
        Assert.Equal("UTC", await api.ScalarAsync<string>("select value from hangfire.hash where key = 'recurring-job:close-month' and field = 'TimeZoneId'"));
    }

    [Fact]
    public async Task Request_when_it_names_a_foreign_host_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/figures") { Headers = { Host = "evil.example" } };

        Assert.Equal(HttpStatusCode.BadRequest, (await api.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Swagger_page_when_opened_is_there() =>
        Assert.Contains("swagger-ui", (await api.GetAsync("/swagger/index.html")).Text, StringComparison.Ordinal);
}
