using Microsoft.Playwright;
using Orchestrator.Contracts.Activity;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity.Browser;

/// <summary>What the script for sites records, on pages of a site in a real browser.</summary>
public sealed class ActivityScriptTests(ChromiumBrowser browser)
{
    const string Form = """
        <a href="#below" id="down">Down</a>
        <button id="pay" class="big red"><span>Pay <b>now</b></span></button>
        <label for="card">Card</label> <input id="card" type="text"> <textarea id="note"></textarea>
        <div data-activity="hero banner">Look</div> <p id="text">Nothing to click</p>
        """;

    [Fact]
    public async Task Visitor_when_they_look_around_is_followed_from_page_to_page()
    {
        await using var site = await TrackedSite.StartAsync();
        await using var tab = await StillAsync();
        var home = site.Page("/home", "data-query=\"campaign\"", Form);

        await tab.VisitAsync($"{home}?campaign=spring&email=carol@example.org#access_token=abc", from: "https://search.example/find?q=secret");
        await SentAsync(site, 1, tab);
        // A place within the page, a parameter that is not kept, and the same address again are no other page.
        await tab.Page.ClickAsync("#down");
        await tab.Page.EvaluateAsync("() => { history.replaceState(null, '', location.pathname + '?campaign=spring&step=2'); history.pushState(null, '', location.href); }");
        await tab.Page.EvaluateAsync("() => { history.pushState(null, '', '/products/7?token=t'); document.title = 'Seven'; }");
        await SentAsync(site, 3, tab);
        await tab.Page.EvaluateAsync("() => { location.hash = '#/settings?secret=1'; }");
        await SentAsync(site, 4, tab);
        await tab.Page.GoBackAsync();
        await SentAsync(site, 5, tab);

        var taken = site.Taken;
        var host = site.Pages.ToString().TrimEnd('/');
        Assert.Equal(
            [
                ("/home?campaign=spring", "Page /home", "https://search.example/find"),
                ("/products/7", "Seven", "/home?campaign=spring"),
                ("/products/7#/settings", "Seven", "/products/7"),
                ("/products/7", "Seven", "/products/7#/settings"),
            ],
            taken.Where(e => e.Type == ActivityType.PageView).Select(e => (e.Url![host.Length..], e.Title!, e.Referrer!.Replace(host, "", StringComparison.Ordinal))));
        Assert.Equal("a#down", Assert.Single(taken, e => e.Type == ActivityType.Click).Element);
        Assert.Equal(site.Batches.Sum(b => b.Events.Count), taken.Count);
        Assert.Equal(await tab.Page.EvaluateAsync<string>("() => localStorage.getItem('orchestrator.visitor')"), Assert.Single(taken.Select(e => e.VisitorId).Distinct()));
        Assert.All(site.Batches, b =>
        {
            Assert.Equal(("test-write-key", "text/plain;charset=UTF-8", host), (b.Key, b.ContentType, b.Origin));
            Assert.DoesNotMatch("secret|token|carol", b.Body);
            Assert.All(b.Events, e => Assert.InRange(e.CreatedAt, b.SentAt.AddSeconds(-30), b.SentAt));
        });
        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task Visitor_when_they_click_and_type_has_their_clicks_recorded_and_never_their_words()
    {
        await using var site = await TrackedSite.StartAsync();
        await using var tab = await StillAsync();

        await tab.VisitAsync(site.Page("/form", body: Form, before: "window.orchestrator = [['track', 'early']];"));
        await tab.Page.ClickAsync("#pay b");
        await tab.Page.ClickAsync("label");
        await tab.Page.ClickAsync("#card");
        await tab.Page.Keyboard.TypeAsync("4111 1111");
        await tab.Page.FillAsync("#note", "my secret");
        await tab.Page.ClickAsync("[data-activity]");
        await tab.Page.ClickAsync("#text");
        await tab.Page.EvaluateAsync("""
            () => {
                orchestrator.identify('customer-42');
                orchestrator.identify('customer-42');
                orchestrator.track('login', { plan: 'gold', seats: 3, none: null, long: 'x'.repeat(2000), edge: 'x'.repeat(511) + '😀', 'line\nbreak': 'a\tb', ...Object.fromEntries([...Array(50)].map((_, i) => ['p' + i, i])) });
                orchestrator.track('');
                orchestrator.push(['track', 'later']);
            }
            """);
        await SentAsync(site, 9, tab);

        var taken = site.Taken;
        Assert.Equal(
            [
                "page_view /form", "custom early", "click button#pay.big.red", "click input#card", "click input#card", "click hero banner",
                "custom identify customer-42", "custom login customer-42", "custom later customer-42",
            ],
            taken.Select(e => e.Type switch
            {
                ActivityType.PageView => $"page_view {new Uri(e.Url!).AbsolutePath}",
                ActivityType.Click => $"click {e.Element}",
                _ => $"custom {e.Name} {e.CustomerId}".TrimEnd(),
            }));
        var login = taken.Single(e => e.Name == "login").Properties!;
        Assert.Equal((32, "gold", "3", 512, 512, "a b"), (login.Count, login["plan"], login["seats"], login["long"].Length, login["edge"].Length, login["line break"]));
        Assert.All(site.Batches, b => Assert.DoesNotMatch("4111|secret", b.Body));
        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task Page_when_it_is_used_says_so_and_says_nothing_when_it_is_not()
    {
        await using var site = await TrackedSite.StartAsync();
        await using var tab = await StillAsync();
        await tab.VisitAsync(site.Page("/read", "data-ping-seconds=\"20\""));

        // Nobody is there; somebody is; they look at another tab.
        await tab.PassAsync(TimeSpan.FromSeconds(65));
        await tab.Page.Mouse.MoveAsync(40, 40);
        await tab.PassAsync(TimeSpan.FromSeconds(45));
        await tab.Page.EvaluateAsync("() => Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })");
        await tab.Page.Mouse.MoveAsync(80, 80);
        await tab.PassAsync(TimeSpan.FromSeconds(45));
        await tab.Page.EvaluateAsync("() => { delete document.visibilityState; orchestrator.track('end'); }");
        await tab.PassAsync(TimeSpan.FromSeconds(2));
        await SentAsync(site, 3, tab);

        Assert.Equal([ActivityType.PageView, ActivityType.PagePing, ActivityType.Custom], site.Taken.Select(e => e.Type));
    }

    [Fact]
    public async Task Page_when_it_is_left_sends_what_it_still_has()
    {
        await using var site = await TrackedSite.StartAsync();
        await using var tab = await StillAsync();
        var (first, second) = (site.Page("/first"), site.Page("/second"));
        await tab.VisitAsync(first);
        // Time stands still: what arrives was sent by the browser, for a page that is gone.
        await tab.Page.EvaluateAsync("() => orchestrator.track('last')");

        await tab.Page.GotoAsync("about:blank");
        await SentAsync(site, 2);
        var page = await tab.NewPageAsync();
        await page.GotoAsync(second);
        await BrowserTab.RunsAsync(page);
        await page.CloseAsync(new PageCloseOptions { RunBeforeUnload = true });
        await SentAsync(site, 3);

        Assert.Equal(["", "last", ""], site.Taken.Select(e => e.Name ?? ""));
        Assert.All(site.Batches, b => Assert.Equal("text/plain;charset=UTF-8", b.ContentType));
        Assert.Single(site.Taken.Select(e => e.VisitorId).Distinct());
    }

    [Fact]
    public async Task Consent_when_it_is_required_comes_before_anything_is_stored_or_sent()
    {
        await using var site = await TrackedSite.StartAsync();
        await using var tab = await StillAsync();
        var address = site.Page("/consent", "data-consent=\"required\"", Form);
        await tab.VisitAsync(address);

        await tab.Page.ClickAsync("#pay");
        await tab.Page.EvaluateAsync("() => { orchestrator.track('before'); orchestrator.identify('c'); history.pushState(null, '', '/elsewhere'); }");
        await tab.PassAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, await StoredAsync(tab));
        Assert.Empty(site.Batches);

        await tab.Page.EvaluateAsync("() => orchestrator.consent(true)");
        await tab.Page.ClickAsync("#pay");
        await tab.PassAsync(TimeSpan.FromSeconds(2));
        await SentAsync(site, 2, tab);
        // It holds on the pages that follow, and until it is taken back.
        await tab.VisitAsync(address);
        await tab.PassAsync(TimeSpan.FromSeconds(2));
        await SentAsync(site, 3, tab);
        await tab.Page.EvaluateAsync("() => { orchestrator.track('not sent'); orchestrator.consent(false); orchestrator.track('after'); }");
        await tab.PassAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, await StoredAsync(tab));
        await tab.Page.GotoAsync("about:blank");

        Assert.Equal(["page_view /elsewhere", "click /elsewhere", "page_view /consent"], site.Taken.Select(e => $"{(e.Type == ActivityType.Click ? "click" : "page_view")} {new Uri(e.Url!).AbsolutePath}"));
        Assert.Single(site.Taken.Select(e => e.VisitorId).Distinct());
    }

    [Theory]
    [InlineData("Object.defineProperty(navigator, 'doNotTrack', { get: () => '1' })")]
    [InlineData("Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })")]
    public async Task Browser_when_it_asks_not_to_be_followed_is_not_even_with_consent(string asks)
    {
        await using var site = await TrackedSite.StartAsync();
        await using var tab = await StillAsync();
        await tab.VisitAsync(site.Page("/private", body: Form, before: $"localStorage.setItem('orchestrator.visitor', 'from-before'); {asks};"));

        await tab.Page.EvaluateAsync("() => { orchestrator.consent(true); orchestrator.track('nothing'); orchestrator.identify('nobody'); }");
        await tab.Page.ClickAsync("#pay");
        await tab.PassAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, await StoredAsync(tab));
        await tab.Page.GotoAsync("about:blank");

        Assert.Empty(site.Batches);
        Assert.Empty(tab.Errors);
    }

    // On pages whose time passes when the test says so.
    async Task<BrowserTab> StillAsync()
    {
        var tab = await browser.OpenAsync();
        await tab.StopTimeAsync();
        return tab;
    }

    static Task<int> StoredAsync(BrowserTab tab) => tab.Page.EvaluateAsync<int>("() => localStorage.length");

    // What waits is sent within a second; a page that was left has sent it already.
    static Task SentAsync(TrackedSite site, int events, BrowserTab? tab = null) => Eventually.HoldsAsync($"{events} events are sent", async () =>
    {
        if (tab is not null)
            await tab.PassAsync(TimeSpan.FromMilliseconds(250));
        return site.Taken.Count >= events;
    });
}
