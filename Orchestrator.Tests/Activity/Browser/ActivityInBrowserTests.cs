using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity.Browser;

/// <summary>All of it in the running service: from a page in a visitor's browser to the page that shows it.</summary>
[Collection(ApiCollection.Name)]
public sealed class ActivityInBrowserTests(ApiFixture api, ChromiumBrowser browser)
{
    const string WriteKey = "development";

    [Fact]
    public async Task Visitor_when_they_look_around_on_a_site_is_seen_on_the_live_page_and_in_their_session()
    {
        await using var site = await TrackedSite.StartAsync();
        var service = (api.Http.BaseAddress!, WriteKey);
        var (home, cart) = (site.Page("/w4-home", body: "<button id=\"buy\">Buy</button>", service: service), site.Page("/w4-cart", service: service));
        await using var watching = await browser.OpenAsync(new BrowserNewContextOptions { ViewportSize = new() { Width = 1280, Height = 900 } });
        await watching.Page.GotoAsync(new Uri(api.Http.BaseAddress!, "/activity").ToString());

        await using var visiting = await browser.OpenAsync();
        await visiting.VisitAsync(home);
        await visiting.Page.ClickAsync("#buy");
        // Sent by beacon, for a page that is left.
        await visiting.VisitAsync(cart);
        var visitor = await visiting.Page.EvaluateAsync<string>("() => { orchestrator.identify('w4-customer'); return localStorage.getItem('orchestrator.visitor'); }");
        await visiting.Page.GotoAsync("about:blank");

        var seen = default(JsonElement);
        await Eventually.HoldsAsync("the session is stored", async () =>
        {
            var answer = await api.GetAsync($"/v1/activity/visitors/{visitor}");
            return answer.Status == HttpStatusCode.OK && (seen = answer.Json).GetProperty("totals").GetProperty("events").GetInt64() == 4;
        });
        var session = Assert.Single(seen.GetProperty("sessions").EnumerateArray().ToList());
        Assert.Equal(
            (2, 1, "/w4-home", "/w4-cart", "w4-customer"),
            (session.GetProperty("views").GetInt32(), session.GetProperty("clicks").GetInt32(), Text("entryPage"), Text("exitPage"), Text("customerId")));
        Assert.Empty(visiting.Errors);

        await Assertions.Expect(watching.Page.Locator("#state")).ToHaveTextAsync("Live");
        await Eventually.HoldsAsync("somebody is there", async () => await watching.Page.Locator("#active").InnerTextAsync() is not ("–" or "0"));
        Assert.NotEqual("0", await watching.Page.Locator("#counted").InnerTextAsync());
        Assert.True(await watching.Page.Locator("#pages tr").CountAsync() > 0, "pages are listed");
        Assert.Empty(await Accessibility.BreachesAsync(watching.Page));
        Assert.Empty(watching.Errors);

        string Text(string name) => session.GetProperty(name).GetString() ?? "";
    }

    [Fact]
    public async Task Pages_when_nobody_has_said_who_they_are_are_served_and_may_run_their_own_scripts_alone()
    {
        using var anonymous = new HttpClient { BaseAddress = api.Http.BaseAddress };

        foreach (var (path, type) in new[] { ("/activity", "text/html"), ("/activity/page.css", "text/css"), ("/activity/page.js", "text/javascript"), ("/activity.js", "text/javascript"), ("/activity/icon.svg", "image/svg+xml") })
        {
            var answer = await Answer.OfAsync(await anonymous.GetAsync(path));
            Assert.Equal((HttpStatusCode.OK, type, "nosniff"), (answer.Status, answer.MediaType, answer.Header("X-Content-Type-Options")));
            Assert.NotNull(answer.Message.Headers.ETag);
        }
        var page = await Answer.OfAsync(await anonymous.GetAsync("/activity"));
        Assert.Contains("script-src 'self';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page.Text, StringComparison.Ordinal);
    }
}
