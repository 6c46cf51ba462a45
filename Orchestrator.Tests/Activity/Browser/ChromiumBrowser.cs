using Microsoft.Playwright;
using Orchestrator.Tests.Activity.Browser;
using Orchestrator.Tests.Infrastructure;

[assembly: AssemblyFixture(typeof(ChromiumBrowser))]

namespace Orchestrator.Tests.Activity.Browser;

/// <summary>One Chromium for all tests of what runs in browsers, started when the first of them asks; each test has a profile of its own in it.</summary>
public sealed class ChromiumBrowser : IAsyncDisposable
{
    const string Variable = "ORCHESTRATOR_TEST_CHROMIUM";

    static readonly string[] Places =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium",
        "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];

    readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> _started = new(StartAsync);

    /// <summary>Opens a tab in a profile of its own, on an empty page. Dispose it to forget the profile.</summary>
    internal async Task<BrowserTab> OpenAsync(BrowserNewContextOptions? options = null) =>
        await BrowserTab.OpenAsync(await (await _started.Value).Browser.NewContextAsync(options ?? new BrowserNewContextOptions()));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_started.IsValueCreated || !_started.Value.IsCompletedSuccessfully)
            return;
        var (driver, browser) = await _started.Value;
        await browser.DisposeAsync();
        driver.Dispose();
    }

    static async Task<(IPlaywright Driver, IBrowser Browser)> StartAsync()
    {
        var program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Places.FirstOrDefault(File.Exists);
        if (program is null || !File.Exists(program))
        {
            throw new InvalidOperationException(
                $"The tests of what runs in browsers need Chromium: apt-get install chromium, or name the program of another one, or of Chrome, in {Variable}.");
        }
        var driver = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(BrowserTab.WithinMs);
        try
        {
            // The sandbox wants rights that a container does not give, and the pages here are our own.
            return (driver, await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = ["--no-sandbox"] }));
        }
        catch
        {
            driver.Dispose();
            throw;
        }
    }
}

/// <summary>A tab of a browser, and what went wrong in it.</summary>
sealed class BrowserTab : IAsyncDisposable
{
    internal const float WithinMs = 60_000;

    readonly IBrowserContext _context;

    BrowserTab(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => Errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Errors.Add($"{message.Text} ({message.Location})");
        };
    }

    /// <summary>What it shows.</summary>
    public IPage Page { get; }

    /// <summary>Exceptions that nobody caught, and what the browser complained of: a script that may not run, for instance, or an answer that is no good.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>From here on time passes when <see cref="PassAsync"/> says so, on every page that is opened then.</summary>
    public async Task StopTimeAsync()
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        await _context.Clock.InstallAsync(new ClockInstallOptions { TimeDate = now });
        await _context.Clock.PauseAtAsync(now.AddSeconds(1));
    }

    /// <summary>Lets time pass where it stands still.</summary>
    public Task PassAsync(TimeSpan time) => _context.Clock.RunForAsync((long)time.TotalMilliseconds);

    /// <summary>Goes to a page with the script, and waits until it runs.</summary>
    public async Task VisitAsync(string address, string? from = null)
    {
        await Page.GotoAsync(address, new PageGotoOptions { Referer = from });
        await RunsAsync(Page);
    }

    /// <summary>Waits until the script of a page runs.</summary>
    public static Task RunsAsync(IPage page) => Eventually.HoldsAsync("the script runs", () => page.EvaluateAsync<bool>("() => Boolean(window.orchestrator && orchestrator.track)"));

    /// <summary>Another tab of the same profile, as when somebody goes on in a second one.</summary>
    public async Task<IPage> NewPageAsync() => await _context.NewPageAsync();

    /// <summary>Opens the first tab of a profile.</summary>
    public static async Task<BrowserTab> OpenAsync(IBrowserContext context)
    {
        context.SetDefaultTimeout(WithinMs);
        return new BrowserTab(context, await context.NewPageAsync());
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
