using System.Net;
using System.Text.Json;
using Orchestrator.Api.Jobs;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Operations;

/// <summary>Recurring jobs over HTTP, of the whole service as it runs.</summary>
[Collection(ApiCollection.Name)]
public sealed class JobsApiTests(ApiFixture api)
{
    [Fact]
    public async Task Jobs_when_they_are_listed_say_what_and_why_and_when_they_run_next()
    {
        await Eventually.HoldsAsync("all are entered", async () => (await JobsAsync()).All(j => j.TryGetProperty("nextRun", out _)));

        var jobs = await JobsAsync();

        Assert.Equal(BuiltInJobs.All.Select(j => j.Id).Order(StringComparer.Ordinal), jobs.Select(j => j.GetProperty("id").GetString()!).Intersect(BuiltInJobs.All.Select(j => j.Id)));
        Assert.All(jobs, job => Assert.All(new[] { "cron", "does", "why" }, field => Assert.NotEqual("", job.GetProperty(field).GetString())));
        Assert.All(jobs, job => Assert.True(job.GetProperty("nextRun").GetDateTimeOffset() > TimeProvider.System.GetUtcNow().AddMinutes(-2)));
    }

    [Fact]
    public async Task Job_when_somebody_asks_for_it_runs_within_seconds_and_says_what_it_did()
    {
        using var operators = api.As("olga", Roles.Operator);

        var answer = await Answer.OfAsync(await operators.PostAsync("/v1/jobs/audit-pruning/run", content: null));

        Assert.Equal((HttpStatusCode.Accepted, "olga"), (answer.Status, answer.Json.GetProperty("askedBy").GetString()));
        await Eventually.HoldsAsync("it has run", async () => (await JobsAsync()).Single(j => j.GetProperty("id").GetString() == "audit-pruning") is var job
            && job.TryGetProperty("lastRun", out var run) && run.TryGetProperty("askedBy", out var who) && who.GetString() == "olga"
            && run.GetProperty("result").GetString()!.StartsWith("deleted 0 from messaging.parked_audit", StringComparison.Ordinal));
        Assert.Equal("job_not_found", (await Answer.OfAsync(await operators.PostAsync("/v1/jobs/make-coffee/run", content: null))).Problem);
    }

    [Fact]
    public async Task Redrive_when_it_is_to_be_scheduled_needs_a_group() =>
        Assert.Equal("parked_not_found", (await api.PostAsync("/v1/parked/groups/nothing/schedule", """{ "at": "2030-01-01T00:00:00Z" }""")).Problem);

    [Fact]
    public async Task Dashboard_when_somebody_asks_is_shown_to_operators_and_auditors_alone_and_changed_by_operators()
    {
        using var stranger = new HttpClient { BaseAddress = api.Http.BaseAddress };
        using var clerk = api.As("carol", Roles.CaseWorker, Roles.Supervisor);
        using var auditor = api.As("anna", Roles.Auditor);
        using var operators = api.As("olga", Roles.Operator);

        foreach (var path in new[] { JobsModule.Dashboard, $"{JobsModule.Dashboard}/recurring" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await clerk.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await auditor.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await operators.GetAsync(path)).StatusCode);
        }
        Assert.Contains("case-escalation", await operators.GetStringAsync($"{JobsModule.Dashboard}/recurring"), StringComparison.Ordinal);
        using var trigger = new FormUrlEncodedContent([new("jobs[]", "case-escalation")]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsync($"{JobsModule.Dashboard}/recurring/trigger", trigger)).StatusCode);
        Assert.False((await auditor.PostAsync($"{JobsModule.Dashboard}/recurring/trigger", trigger)).IsSuccessStatusCode);
        // Whoever asks from another page has no token against forgery.
        Assert.Equal(HttpStatusCode.Forbidden, (await operators.PostAsync($"{JobsModule.Dashboard}/recurring/trigger", trigger)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.PostAsync("/v1/jobs/case-escalation/run", content: null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await auditor.GetAsync("/v1/jobs")).StatusCode);
    }

    [Fact]
    public void Jobs_when_they_are_documented_are_all_there()
    {
        var page = ApprovedText.Read("docs/design/jobs.md");

        Assert.All(BuiltInJobs.All, job => Assert.Contains($"| `{job.Id}` | `{job.Cron}` |", page, StringComparison.Ordinal));
    }

    async Task<IReadOnlyList<JsonElement>> JobsAsync() => [.. (await api.GetAsync("/v1/jobs")).Json.GetProperty("items").EnumerateArray()];
}
