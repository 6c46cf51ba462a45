using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Activity;
using Orchestrator.Api.Security;

namespace Orchestrator.Tests.Activity.Browser;

/// <summary>Serves the live page as the service does, its headers included, with figures of the test's choice: such as no service can be brought to show at will.</summary>
sealed class LiveService : IAsyncDisposable
{
    const string Token = "good";

    readonly WebApplication _app;
    readonly Lock _lock = new();
    TaskCompletionSource _changed = New();
    TaskCompletionSource _cut = New();
    string _figures = JsonSerializer.Serialize(ShownFigures.Of(1), JsonSerializerOptions.Web);

    LiveService(WebApplication app) => _app = app;

    /// <summary>Where the page is.</summary>
    public string Page { get; private set; } = "";

    /// <summary>Whether tokens are given for the asking, as in development.</summary>
    public bool GivesTokens { get; set; } = true;

    /// <summary>What whoever asks for figures is answered.</summary>
    public int Status { get; set; } = 200;

    /// <summary>How often somebody has asked for figures.</summary>
    public int Asked { get; private set; }

    /// <summary>Starts it.</summary>
    public static async Task<LiveService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddCors();
        var service = new LiveService(builder.Build());
        service._app.UseResponseHeaders();
        service._app.UseCors();
        service._app.MapActivityPages();
        service._app.MapPost("/dev/token", () => service.GivesTokens ? Results.Json(new { access_token = Token }) : Results.NotFound());
        service._app.MapGet("/v1/activity/live", service.StreamAsync);
        await service._app.StartAsync();
        service.Page = service._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/activity";
        return service;
    }

    /// <summary>Shows other figures to whoever listens, and to whoever comes.</summary>
    public void Show(ShownFigures figures)
    {
        lock (_lock)
        {
            _figures = JsonSerializer.Serialize(figures, JsonSerializerOptions.Web);
            _changed.SetResult();
            _changed = New();
        }
    }

    /// <summary>Ends the connections of whoever listens, in the middle of what is said.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _cut.SetResult();
            _cut = New();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Cut();
        await _app.DisposeAsync();
    }

    async Task StreamAsync(HttpContext context)
    {
        Asked++;
        var allowed = context.Request.Headers.Authorization == $"Bearer {Token}";
        context.Response.StatusCode = allowed ? Status : StatusCodes.Status401Unauthorized;
        if (context.Response.StatusCode != 200)
            return;
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync("retry: 1000\n\n:\n\n");
        Task cut;
        lock (_lock)
            cut = _cut.Task;
        while (true)
        {
            string figures;
            Task changed;
            lock (_lock)
                (figures, changed) = (_figures, _changed.Task);
            // In pieces that end anywhere, also within a letter.
            var bytes = Encoding.UTF8.GetBytes($"event: figures\ndata: {figures}\n\n");
            foreach (var piece in bytes.Chunk(997))
            {
                await context.Response.Body.WriteAsync(piece);
                await context.Response.Body.FlushAsync();
            }
            await Task.WhenAny(changed, cut).WaitAsync(context.RequestAborted);
            if (cut.IsCompleted)
            {
                await context.Response.WriteAsync("event: figures\ndata: {");
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            }
        }
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Live figures, in the form in which the service gives them.</summary>
sealed record ShownFigures(
    DateTimeOffset At, long AgeMs, long ActiveVisitors, long RememberedVisitors, IReadOnlyList<ShownMinute> Minutes, IReadOnlyList<ShownCount> Pages,
    IReadOnlyList<ShownCount> Referrers, IReadOnlyList<ShownCount> Devices, ShownCounters Counters, ShownToday Today, IReadOnlyList<ShownFunnel> Funnels)
{
    /// <summary>The last minute of all of them.</summary>
    public static readonly DateTimeOffset Last = new(2026, 3, 1, 12, 29, 0, TimeSpan.Zero);

    /// <summary>Figures that look like those of a shop, times <paramref name="size"/>.</summary>
    public static ShownFigures Of(long size) => new(
        Last, 240, 4_213 * size, 184_223,
        [.. Enumerable.Range(0, 30).Select(i => new ShownMinute(Last.AddMinutes(i - 29), (900 + (i * 7919 % 400)) * size, (300 + (i * 104729 % 200)) * size))],
        [new("/", 9_120 * size), new("/products/espresso-machine", 4_210), new("/products/a-grinder-with-a-name-that-is-too-long-for-a-line-on-any-phone", 2_210), new("/straße", 1_422), new("/checkout", 980)],
        [new("(direct)", 2_102 * size), new("search.example", 1_743), new("news.example", 420)],
        [new("mobile", 13_020 * size), new("desktop", 9_042), new("tablet", 640)],
        new ShownCounters(18_204_422 * size, 12_033, 411, 2, 0),
        new ShownToday(48_210 * size, 20_411, 61_022, 24_111, 0.3951, 252.4, 4.62),
        [
            new ShownFunnel("checkout", [new(1, 20_110 * size, "/products*"), new(2, 9_120, "/cart"), new(3, 3_321, "event:payment")]),
            new ShownFunnel("sign-up", [new(1, 14_000), new(2, 902)]),
        ]);
}

/// <summary>A minute.</summary>
sealed record ShownMinute(DateTimeOffset Minute, long Events, long Views);

/// <summary>A key and how often.</summary>
sealed record ShownCount(string Key, long Count);

/// <summary>What was counted.</summary>
sealed record ShownCounters(long Counted, long Duplicates, long Late, long Flooding, long Forgotten);

/// <summary>The day so far.</summary>
sealed record ShownToday(long Visitors, long NewVisitors, long Sessions, long Bounces, double BounceRate, double AverageSessionSeconds, double ViewsPerSession);

/// <summary>A funnel.</summary>
sealed record ShownFunnel(string Name, IReadOnlyList<ShownStep> Steps);

/// <summary>A step of a funnel.</summary>
sealed record ShownStep(int Step, long Visitors, string? Name = null);
