using System.Text;
using Orchestrator.Activity.Views;
using Orchestrator.Api.Hosting;

namespace Orchestrator.Api.Activity.Views;

/// <summary>
/// What goes on, as text/event-stream: at once, twice a second at most while it changes, and every five seconds at least. After an hour it ends; whoever listens connects again.
/// </summary>
sealed class LiveStream(LiveFeed.Listener listener, TimeProvider time, CancellationToken stopping) : IResult
{
    static readonly TimeSpan AtMostEvery = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(5);
    static readonly byte[] Begin = Encoding.UTF8.GetBytes("event: figures\ndata: ");
    static readonly byte[] End = Encoding.UTF8.GetBytes("\n\n");

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var heard = listener;
        await ServerSentEvents.AnswerAsync(httpContext, WriteAsync, stopping);
    }

    async Task WriteAsync(HttpResponse response, CancellationTokenSource ending)
    {
        while (true)
        {
            // The JSON has no line breaks.
            var reading = await listener.NextAsync(AtLeastEvery, ending.Token);
            await response.Body.WriteAsync(Begin, ending.Token);
            await response.Body.WriteAsync(reading.Json, ending.Token);
            await response.Body.WriteAsync(End, ending.Token);
            await response.Body.FlushAsync(ending.Token);
            await Task.Delay(AtMostEvery, time, ending.Token);
        }
    }
}
