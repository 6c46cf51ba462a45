using System.Net;
using Orchestrator.Api.Security;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Security;

/// <summary>How often one caller may ask, and what browsers are told, with the limits that the service comes with.</summary>
public sealed class BrowserAndLimitTests(TestInfrastructure infrastructure)
{
    const int More = 400;

    [Fact]
    public async Task Caller_when_they_ask_too_often_is_told_to_wait_and_others_are_not_held_up()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await using var service = await ServiceProcess.StartAsync("limits", Settings(database), "--roles", "http");
        using var hurried = service.CreateClient("hurried", Roles.Operator);
        using var calm = service.CreateClient("calm", Roles.Operator);
        using var program = service.CreateClient("program", Roles.Service);

        var answers = await ManyAsync(hurried);

        var refused = answers.Where(a => a.Status == HttpStatusCode.TooManyRequests).ToList();
        // The bucket holds 200, and some come in while it is emptied.
        Assert.InRange(answers.Count - refused.Count, 200, More - 1);
        Assert.All(refused, a => Assert.Equal(("too_many_requests", "1"), (a.Problem, a.Header("Retry-After"))));
        Assert.Equal(HttpStatusCode.OK, (await calm.GetAsync("/v1/figures")).StatusCode);
        Assert.All(await ManyAsync(program), a => Assert.Equal(HttpStatusCode.OK, a.Status));
        await Eventually.HoldsAsync("there is room again", async () => (await hurried.GetAsync("/v1/figures")).StatusCode == HttpStatusCode.OK);

        static async Task<List<Answer>> ManyAsync(HttpClient client)
        {
            // The token first: it is asked for by an address, not by a name.
            await client.GetAsync("/v1/figures");
            return [.. await Task.WhenAll(Enumerable.Range(0, More).Select(async _ => await Answer.OfAsync(await client.GetAsync("/v1/figures"))))];
        }
    }

    [Fact]
    public async Task Browser_when_it_has_an_answer_is_told_to_keep_and_run_nothing()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        var settings = Settings(database);
        settings["Api__CorsOrigins__0"] = "https://desk.example";
        await using var service = await ServiceProcess.StartAsync("browser", settings, "--roles", "http");
        using var client = service.CreateClient("susan", Roles.Supervisor);

        foreach (var path in new[] { "/v1/figures", "/v1/nowhere", "/v1/accounts/nobody" })
        {
            var answer = await Answer.OfAsync(await client.GetAsync(path));
            Assert.Equal(
                ("nosniff", "no-referrer", "no-store", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
                (answer.Header("X-Content-Type-Options"), answer.Header("Referrer-Policy"), answer.Header("Cache-Control"), answer.Header("Content-Security-Policy")));
        }
        var page = await Answer.OfAsync(await client.GetAsync("/swagger/index.html"));
        Assert.Contains("script-src 'self';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Text, StringComparison.Ordinal);

        Assert.Equal("https://desk.example", await AllowedAsync("https://desk.example"));
        Assert.Null(await AllowedAsync("https://evil.example"));

        async Task<string?> AllowedAsync(string origin)
        {
            using var asked = new HttpRequestMessage(HttpMethod.Options, "/v1/figures")
            {
                Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "GET" }, { "Access-Control-Request-Headers", "authorization" } },
            };
            return (await Answer.OfAsync(await client.SendAsync(asked))).Header("Access-Control-Allow-Origin");
        }
    }

    static Dictionary<string, string> Settings(TestDatabase database) => new(StringComparer.Ordinal) { ["ORCHESTRATOR_POSTGRES"] = database.ConnectionString };
}
