using Microsoft.Playwright;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity.Browser;

/// <summary>The page at /activity, in a real browser.</summary>
public sealed class LivePageTests(ChromiumBrowser browser)
{
    static readonly ViewportSize Desk = new() { Width = 1280, Height = 900 };
    static readonly ViewportSize Phone = new() { Width = 360, Height = 740 };

    [Fact]
    public async Task Figures_when_they_come_are_shown_and_change_with_the_next()
    {
        await using var service = await LiveService.StartAsync();
        await using var tab = await OpenAsync(service);

        Assert.Equal(
            ["4,213", "48,210", "20,411", "61,022", "39.5%", "4 min 12 s", "4.6", "18,204,422", "12,033", "411", "184,223"],
            await TextsAsync(tab, "#active", "#visitors", "#new-visitors", "#sessions", "#bounce", "#length", "#views-per-session", "#counted", "#duplicates", "#late", "#remembered"));
        Assert.Equal(["/ 9,120", "/products/espresso-machine 4,210"], (await RowsAsync(tab, "#pages")).Take(2));
        Assert.Equal("/straße 1,422", (await RowsAsync(tab, "#pages"))[3]);
        Assert.Equal(["(direct) 2,102", "search.example 1,743", "news.example 420"], await RowsAsync(tab, "#referrers"));
        Assert.Equal(["mobile 13,020", "desktop 9,042", "tablet 640"], await RowsAsync(tab, "#devices"));
        Assert.Equal(["/products* 20,110", "/cart 9,120 45.4%", "payment 3,321 36.4%", "Step 1 14,000", "Step 2 902 6.4%"], await RowsAsync(tab, "#funnels tbody"));
        Assert.Equal((30, 30), (await tab.Page.Locator("#plot .bars .views").CountAsync(), await tab.Page.Locator("#minutes tr").CountAsync()));
        var minutes = ShownFigures.Of(1).Minutes;
        Assert.Equal($"12:28 {minutes[28].Events:N0} {minutes[28].Views}", (await RowsAsync(tab, "#minutes"))[1]);
        // The last minute that is over; that which still goes on would seem to fall.
        Assert.Equal([$"{minutes[28].Views}", $"{minutes[28].Events - minutes[28].Views}", $"{minutes[28].Events:N0}"], await TextsAsync(tab, "#minute-views", "#minute-others", "#minute-events"));

        service.Show(ShownFigures.Of(3));
        await ShowsAsync(tab, "#active", "12,639");
        Assert.Equal("/ 27,360", (await RowsAsync(tab, "#pages"))[0]);
        Assert.Matches("^Live", await tab.Page.Locator(".state").InnerTextAsync());
        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task Minute_when_it_is_pointed_at_says_its_figures()
    {
        await using var service = await LiveService.StartAsync();
        await using var tab = await OpenAsync(service);
        var bar = await tab.Page.Locator("#plot .bars .views").Nth(10).BoundingBoxAsync();

        await tab.Page.Mouse.MoveAsync(bar!.X + 2, bar.Y + 2);

        var minute = ShownFigures.Of(1).Minutes[10];
        Assert.Equal(["At 12:10", $"{minute.Views}", $"{minute.Events:N0}"], await TextsAsync(tab, "#minute-name", "#minute-views", "#minute-events"));
    }

    [Fact]
    public async Task Page_when_it_is_light_or_dark_is_drawn_and_open_to_everybody()
    {
        await using var service = await LiveService.StartAsync();
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var tab = await OpenAsync(service, new BrowserNewContextOptions { ViewportSize = Desk, ColorScheme = scheme });
            await LooksAsync(tab, scheme == ColorScheme.Dark);
            await tab.Page.Locator("summary").ClickAsync();
            Assert.Empty(await Accessibility.BreachesAsync(tab.Page));
        }
    }

    [Fact]
    public async Task Page_when_its_colours_are_chosen_keeps_them()
    {
        await using var service = await LiveService.StartAsync();
        await using var tab = await OpenAsync(service, new BrowserNewContextOptions { ViewportSize = Desk, ColorScheme = ColorScheme.Light });

        await tab.Page.GetByLabel("Dark").CheckAsync();
        await LooksAsync(tab, dark: true);
        await tab.Page.ReloadAsync();
        await ShowsAsync(tab, "#active", "4,213");
        await LooksAsync(tab, dark: true);
        await tab.Page.GetByLabel("Auto").CheckAsync();
        await LooksAsync(tab, dark: false);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 360)]
    [InlineData(ColorScheme.Dark, 320)]
    public async Task Page_when_it_is_on_a_phone_fits_its_width(ColorScheme scheme, int width)
    {
        await using var service = await LiveService.StartAsync();
        service.Show(ShownFigures.Of(1_000));
        await using var tab = await OpenAsync(
            service, new BrowserNewContextOptions { ViewportSize = new() { Width = width, Height = 740 }, ColorScheme = scheme, HasTouch = true, IsMobile = true }, "4,213,000");

        Assert.Equal(width, await tab.Page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, innerWidth)"));
        // Nothing that is to be read is cut off, but names that are too long: those can be had whole.
        Assert.Empty(await tab.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('p, dd, dt, td, h1, h2, h3, thead th')].filter(e => e.checkVisibility() && !e.closest('.unseen') && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
                .map(e => e.outerHTML)
            """));
        await LooksAsync(tab, scheme == ColorScheme.Dark);
        Assert.Empty(await Accessibility.BreachesAsync(tab.Page));
    }

    [Fact]
    public async Task Connection_when_it_is_lost_is_missed_aloud_and_found_again()
    {
        await using var service = await LiveService.StartAsync();
        await using var tab = await OpenAsync(service);
        var said = tab.Page.Locator("#said");

        service.Status = 503;
        service.Cut();
        await Assertions.Expect(tab.Page.Locator("#lost")).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator("#lost")).ToContainTextAsync("Trying again in");
        await Assertions.Expect(tab.Page.Locator("#lost-more")).ToContainTextAsync("old");
        await Assertions.Expect(said).ToHaveTextAsync("The connection is lost. The figures stand still.");
        Assert.Equal("4,213", await tab.Page.Locator("#active").InnerTextAsync());
        Assert.Empty(await Accessibility.BreachesAsync(tab.Page));

        service.Status = 200;
        service.Show(ShownFigures.Of(2));
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Try now" }).ClickAsync();
        await ShowsAsync(tab, "#active", "8,426");
        await Assertions.Expect(tab.Page.Locator("#lost")).ToBeHiddenAsync();
        await Assertions.Expect(said).ToHaveTextAsync("Connected again.");

        // And without anybody's help.
        var asked = service.Asked;
        service.Cut();
        service.Show(ShownFigures.Of(3));
        await Eventually.HoldsAsync("it has come again", () => service.Asked > asked);
        await ShowsAsync(tab, "#active", "12,639");
    }

    [Fact]
    public async Task Page_when_nobody_gives_it_a_token_asks_for_one_and_keeps_it_in_the_tab()
    {
        await using var service = await LiveService.StartAsync();
        service.GivesTokens = false;
        await using var tab = await browser.OpenAsync(new BrowserNewContextOptions { ViewportSize = Phone });
        await tab.Page.GotoAsync(service.Page);
        var field = tab.Page.GetByLabel("Access token");
        await Assertions.Expect(field).ToBeFocusedAsync();
        Assert.Empty(await Accessibility.BreachesAsync(tab.Page));

        await field.FillAsync("bad");
        await field.PressAsync("Enter");
        await Assertions.Expect(field).ToHaveValueAsync("");
        service.Status = 403;
        await field.FillAsync("good");
        await field.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("#ask-why")).ToContainTextAsync("may not see");
        service.Status = 200;
        await field.FillAsync("good");
        await field.PressAsync("Enter");
        await ShowsAsync(tab, "#active", "4,213");
        await Assertions.Expect(tab.Page.Locator("#ask")).ToBeHiddenAsync();

        await tab.Page.ReloadAsync();
        await ShowsAsync(tab, "#active", "4,213");
        Assert.Equal(["orchestrator.token"], await tab.Page.EvaluateAsync<string[]>("() => Object.keys({ ...sessionStorage, ...localStorage })"));
    }

    [Fact]
    public async Task Names_when_they_look_like_markup_stay_names()
    {
        await using var service = await LiveService.StartAsync();
        const string Name = "<img src=x onerror=\"document.title='taken'\">";
        var figures = ShownFigures.Of(1);
        service.Show(figures with { Pages = [new(Name, 1)], Referrers = [], Funnels = [new ShownFunnel(Name, [new(1, 1, Name)])] });
        await using var tab = await OpenAsync(service);

        Assert.Equal([$"{Name} 1"], await RowsAsync(tab, "#pages"));
        Assert.Equal([$"{Name} 1"], await RowsAsync(tab, "#funnels tbody"));
        Assert.Equal((0, "Activity · Orchestrator"), (await tab.Page.Locator("main img").CountAsync(), await tab.Page.TitleAsync()));
        await Assertions.Expect(tab.Page.Locator("#referrers-nothing")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Page_when_somebody_wants_less_motion_does_not_move()
    {
        await using var service = await LiveService.StartAsync();
        await using var calm = await OpenAsync(service, new BrowserNewContextOptions { ReducedMotion = ReducedMotion.Reduce });
        await using var usual = await OpenAsync(service);

        const string Moving = "() => [getComputedStyle(document.querySelector('.dot')).animationName, getComputedStyle(document.querySelector('.bars rect')).transitionProperty].join()";
        Assert.Equal("none,none", await calm.Page.EvaluateAsync<string>(Moving));
        Assert.Equal("breathe,x, y, height", await usual.Page.EvaluateAsync<string>(Moving));
    }

    async Task<BrowserTab> OpenAsync(LiveService service, BrowserNewContextOptions? options = null, string active = "4,213")
    {
        options ??= new BrowserNewContextOptions { ViewportSize = Desk };
        options.TimezoneId = "UTC";
        var tab = await browser.OpenAsync(options);
        await tab.Page.GotoAsync(service.Page);
        await ShowsAsync(tab, "#active", active);
        return tab;
    }

    static async Task LooksAsync(BrowserTab tab, bool dark)
    {
        foreach (var part in new[] { null, tab.Page.Locator("#plot") })
        {
            var picture = await Picture.OfAsync(tab, part);
            Assert.True(dark ? picture.Mean < 90 : picture.Mean > 150, $"{(dark ? "dark" : "light")}: {picture}");
            Assert.True(picture is { Deviation: > 10, Colours: > 15 }, $"blank: {picture}");
        }
    }

    static Task ShowsAsync(BrowserTab tab, string selector, string text) => Assertions.Expect(tab.Page.Locator(selector)).ToHaveTextAsync(text);

    static async Task<List<string>> TextsAsync(BrowserTab tab, params string[] selectors)
    {
        var texts = new List<string>();
        foreach (var selector in selectors)
            texts.Add(await tab.Page.Locator(selector).TextContentAsync() ?? "");
        return texts;
    }

    static async Task<IReadOnlyList<string>> RowsAsync(BrowserTab tab, string body) =>
        await tab.Page.EvaluateAsync<string[]>($"() => [...document.querySelectorAll('{body} tr')].map(row => [...row.cells].map(cell => cell.textContent).join(' ').trim())");
}
