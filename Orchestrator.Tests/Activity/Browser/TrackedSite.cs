using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Activity;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Tests.Activity.Browser;

/// <summary>A site whose pages have the script, and which records what the script sends. To a browser the pages and the script come from two origins.</summary>
sealed class TrackedSite : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly ConcurrentDictionary<string, string> _pages = new(StringComparer.Ordinal);

    TrackedSite(WebApplication app) => _app = app;

    /// <summary>Where the script is, and where it sends to.</summary>
    public Uri Service { get; private set; } = null!;

    /// <summary>Where the pages are.</summary>
    public Uri Pages => new UriBuilder(Service) { Host = "localhost" }.Uri;

    /// <summary>What was sent, in order, whatever was answered.</summary>
    public ConcurrentQueue<SentBatch> Batches { get; } = [];

    /// <summary>What was sent and taken, in order, and once for each id; each is such that the service takes it too.</summary>
    public IReadOnlyList<ActivityRecorded> Taken
    {
        get
        {
            var taken = Batches.Where(b => b.Status == StatusCodes.Status202Accepted).SelectMany(b => b.Events).DistinctBy(e => e.EventId).ToList();
            Assert.All(taken, e => Assert.Empty(ContractErrors.Of(e).All));
            return taken;
        }
    }

    /// <summary>What is answered; given how many batches came before.</summary>
    public Func<int, int> Answer { get; set; } = _ => StatusCodes.Status202Accepted;

    /// <summary>After how many seconds whoever is refused may come again; null says nothing.</summary>
    public int? RetryAfterSeconds { get; set; }

    /// <summary>Starts it.</summary>
    public static async Task<TrackedSite> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddCors();
        var site = new TrackedSite(builder.Build());
        site._app.UseCors();
        site._app.MapActivityPages();
        site._app.MapPost("/v1/activity", site.TakeAsync);
        site._app.MapFallback("{*path}", site.ShowAsync);
        await site._app.StartAsync();
        site.Service = new Uri(site._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return site;
    }

    /// <summary>Adds a page, and says where it is.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="attributes">What the script's element says beside the write key.</param>
    /// <param name="body">What is in it.</param>
    /// <param name="before">A script of the site's own, before that one.</param>
    /// <param name="service">Another service that has the script, and the write key for it.</param>
    public string Page(string path, string attributes = "", string body = "", string before = "", (Uri Address, string Key)? service = null)
    {
        var (address, key) = service ?? (Service, "test-write-key");
        _pages[path] = $"""
            <!doctype html><html lang="en"><head><title>Page {path}</title><script>{before}</script>
            <script async src="{address}activity.js" data-key="{key}" {attributes}></script></head><body>{body}</body></html>
            """;
        return new Uri(Pages, path).ToString();
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var status = Answer(Batches.Count);
        Batches.Enqueue(SentBatch.Of(context.Request, body, status));
        context.Response.StatusCode = status;
        context.Response.Headers.AccessControlAllowOrigin = context.Request.Headers.Origin;
        context.Response.Headers.AccessControlExposeHeaders = "Retry-After";
        if (RetryAfterSeconds is { } seconds && status is 429 or 503)
            context.Response.Headers.RetryAfter = $"{seconds}";
    }

    async Task ShowAsync(HttpContext context)
    {
        if (!_pages.TryGetValue(context.Request.Path, out var page))
        {
            // What browsers look for by themselves: an icon.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(page);
    }
}

/// <summary>A request of the script.</summary>
/// <param name="Key">The write key in its address.</param>
/// <param name="ContentType">What it says it is.</param>
/// <param name="Origin">Whose page sent it.</param>
/// <param name="Body">The body as it came.</param>
/// <param name="SentAt">When it was sent, by the browser's clock.</param>
/// <param name="Events">The events in it.</param>
/// <param name="Status">What was answered.</param>
sealed record SentBatch(string? Key, string? ContentType, string? Origin, string Body, DateTimeOffset SentAt, IReadOnlyList<ActivityRecorded> Events, int Status)
{
    /// <summary>Reads a request.</summary>
    public static SentBatch Of(HttpRequest request, string body, int status)
    {
        using var json = JsonDocument.Parse(body);
        var events = json.RootElement.GetProperty("events").EnumerateArray().Select(e => e.Deserialize(ContractJson.Default.ActivityRecorded)!).ToList();
        return new SentBatch(request.Query["key"], request.ContentType, request.Headers.Origin, body, json.RootElement.GetProperty("sentAt").GetDateTimeOffset(), events, status);
    }
}
