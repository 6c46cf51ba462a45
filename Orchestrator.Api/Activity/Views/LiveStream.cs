using System.Text;
using Orchestrator.Activity.Views;

namespace Orchestrator.Api.Activity.Views;

/// <summary>
/// What goes on, as text/event-stream: at once, twice a second at most while it changes, and every five seconds at least. After an hour it ends; whoever listens connects again.
/// </summary>
sealed class LiveStream(LiveFeed.Listener listener, TimeProvider time, CancellationToken stopping) : IResult
{
    static readonly TimeSpan AtMostEvery = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    static readonly byte[] Retry = Encoding.UTF8.GetBytes("retry: 1000\n\n");
    static readonly byte[] Begin = Encoding.UTF8.GetBytes("event: figures\ndata: ");
    static readonly byte[] End = Encoding.UTF8.GetBytes("\n\n");

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var heard = listener;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        ending.CancelAfter(Longest);
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await response.Body.WriteAsync(Retry, ending.Token);
            while (true)
            {
                // The JSON has no line breaks.
                var reading = await heard.NextAsync(AtLeastEvery, ending.Token);
                await response.Body.WriteAsync(Begin, ending.Token);
                await response.Body.WriteAsync(reading.Json, ending.Token);
                await response.Body.WriteAsync(End, ending.Token);
                await response.Body.FlushAsync(ending.Token);
                await Task.Delay(AtMostEvery, time, ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Whoever listened has gone, or comes again.
        }
    }
}
