using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity.Browser;

/// <summary>How the script reaches a page, and how its events reach the service when that is not easy.</summary>
public sealed class ScriptDeliveryTests(ChromiumBrowser browser)
{
    const int MostBytes = 64 << 10;

    [Fact]
    public async Task Batch_when_it_is_refused_for_now_is_sent_again_with_the_same_events()
    {
        await using var site = await TrackedSite.StartAsync();
        site.Answer = before => before switch { 0 => 503, 1 => 429, 2 => 500, _ => 202 };
        site.RetryAfterSeconds = 7;
        await using var tab = await OpenedAsync(site);
        await tab.Page.EvaluateAsync("() => { orchestrator.track('one'); orchestrator.track('two'); }");

        await DriveAsync(tab, "the first try", () => site.Batches.Count == 1);
        // Whoever is told to wait does.
        await tab.PassAsync(TimeSpan.FromSeconds(6));
        Assert.Single(site.Batches);
        await tab.Page.EvaluateAsync("() => orchestrator.track('three')");
        await DriveAsync(tab, "all are taken", () => site.Taken.Count == 4);

        var batches = site.Batches.ToList();
        Assert.Equal([503, 429, 500, 202], batches.Select(b => b.Status));
        Assert.Equal(["", "one", "two", "three"], site.Taken.Select(e => e.Name ?? ""));
        var ids = batches[0].Events.Select(e => e.EventId).ToList();
        Assert.Equal(3, ids.Count);
        Assert.All(batches, b => Assert.Equal(ids, b.Events.Take(3).Select(e => e.EventId)));
        Assert.Equal(batches.Select(b => b.SentAt).Order(), batches.Select(b => b.SentAt).Distinct());
    }

    [Fact]
    public async Task Batch_when_it_is_refused_for_ever_is_not_sent_again()
    {
        await using var site = await TrackedSite.StartAsync();
        site.Answer = before => before == 0 ? 400 : 202;
        await using var tab = await OpenedAsync(site);
        await DriveAsync(tab, "the view is refused", () => site.Batches.Count == 1);
        await tab.Page.EvaluateAsync("() => orchestrator.track('next')");
        await DriveAsync(tab, "the next one is taken", () => site.Taken.Count == 1);
        await tab.PassAsync(TimeSpan.FromSeconds(300));

        Assert.Equal([("", 400), ("next", 202)], site.Batches.Select(b => (b.Events.Single().Name ?? "", b.Status)));
    }

    [Fact]
    public async Task Queue_when_the_service_is_away_keeps_the_latest_and_no_more()
    {
        await using var site = await TrackedSite.StartAsync();
        var away = true;
        site.Answer = _ => Volatile.Read(ref away) ? 503 : 202;
        await using var tab = await OpenedAsync(site);
        await DriveAsync(tab, "it is away", () => site.Batches.Count == 1);
        await tab.Page.EvaluateAsync("() => { for (let i = 0; i < 700; i++) orchestrator.track('n' + i, { text: 'ä'.repeat(200) }); }");
        Volatile.Write(ref away, false);
        await DriveAsync(tab, "what was kept is taken", () => site.Taken.Count >= 500);
        await tab.PassAsync(TimeSpan.FromSeconds(10));

        var names = site.Batches.Where(b => b.Status == 202).SelectMany(b => b.Events).Select(e => e.Name!).ToList();
        Assert.Equal(Enumerable.Range(200, 500).Select(i => $"n{i}"), names);
        Assert.All(site.Batches, b => Assert.True(Encoding.UTF8.GetByteCount(b.Body) < MostBytes));
    }

    [Fact]
    public async Task Batch_when_nobody_ever_answers_is_given_up_after_some_tries()
    {
        await using var site = await TrackedSite.StartAsync();
        site.Answer = _ => 503;
        await using var tab = await OpenedAsync(site);

        await DriveAsync(tab, "it is tried ten times", () => site.Batches.Count == 10, stepMs: 5_000);
        await tab.PassAsync(TimeSpan.FromSeconds(600));

        Assert.Equal(10, site.Batches.Count);
    }

    [Fact]
    public async Task Script_when_a_site_loads_it_may_be_kept_and_checked_by_whoever_loads_it()
    {
        await using var site = await TrackedSite.StartAsync();
        using var client = new HttpClient { BaseAddress = site.Service };

        var first = await client.GetAsync("/activity.js");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/activity.js") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        var second = await client.SendAsync(again);
        using var zipped = new HttpRequestMessage(HttpMethod.Get, "/activity.js") { Headers = { AcceptEncoding = { new StringWithQualityHeaderValue("gzip") } } };
        var third = await client.SendAsync(zipped);

        Assert.Equal(("text/javascript", true, TimeSpan.FromHours(1)), (first.Content.Headers.ContentType!.MediaType, first.Headers.CacheControl!.Public, first.Headers.CacheControl.MaxAge));
        Assert.Equal(["*", "cross-origin", "Accept-Encoding"], new[] { "Access-Control-Allow-Origin", "Cross-Origin-Resource-Policy", "Vary" }.Select(name => first.Headers.GetValues(name).Single()));
        Assert.Equal((HttpStatusCode.NotModified, 0), (second.StatusCode, (await second.Content.ReadAsByteArrayAsync()).Length));
        Assert.Equal("gzip", third.Content.Headers.ContentEncoding.Single());
        Assert.NotEqual(first.Headers.ETag, third.Headers.ETag);
        Assert.InRange((await third.Content.ReadAsByteArrayAsync()).Length, 1, 5 << 10);
    }

    [Fact]
    public async Task Script_when_its_integrity_is_checked_by_a_page_of_another_origin_runs()
    {
        await using var site = await TrackedSite.StartAsync();
        using var client = new HttpClient { BaseAddress = site.Service };
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(await client.GetByteArrayAsync("/activity.js")));
        await using var tab = await browser.OpenAsync();

        await tab.Page.GotoAsync(site.Page("/checked", $"crossorigin integrity=\"sha256-{hash}\""));
        await Eventually.HoldsAsync("the view is sent", () => site.Taken.Count == 1);

        Assert.Empty(tab.Errors);
    }

    // On a page whose time passes when the test says so.
    async Task<BrowserTab> OpenedAsync(TrackedSite site)
    {
        var tab = await browser.OpenAsync();
        await tab.StopTimeAsync();
        await tab.VisitAsync(site.Page("/page"));
        return tab;
    }

    static Task DriveAsync(BrowserTab tab, string what, Func<bool> condition, int stepMs = 500) => Eventually.HoldsAsync(what, async () =>
    {
        if (condition())
            return true;
        await tab.PassAsync(TimeSpan.FromMilliseconds(stepMs));
        return condition();
    });
}
