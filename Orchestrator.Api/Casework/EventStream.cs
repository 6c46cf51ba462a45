using System.Globalization;
using Orchestrator.Api.Hosting;
using Orchestrator.Casework.Events;

namespace Orchestrator.Api.Casework;

/// <summary>
/// Events as they happen, as text/event-stream. A blank comment every now and then keeps the connection; after an hour it ends, and whoever comes again says with
/// Last-Event-ID where to go on.
/// </summary>
sealed class EventStream(LiveEvents.Listener listener, TimeProvider time, CancellationToken stopping) : IResult
{
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var heard = listener;
        await ServerSentEvents.AnswerAsync(httpContext, (response, ending) => WriteAsync(response, listener.ReadAsync(ending.Token), ending), stopping);
    }

    async Task WriteAsync(HttpResponse response, IAsyncEnumerable<CaseEvent> events, CancellationTokenSource ending)
    {
        await using var happening = events.GetAsyncEnumerator(ending.Token);
        var next = Task.FromResult(true);
        try
        {
            while (true)
            {
                next = happening.MoveNextAsync().AsTask();
                while (await Task.WhenAny(next, Task.Delay(Beat, time, ending.Token)) != next)
                {
                    ending.Token.ThrowIfCancellationRequested();
                    await response.WriteAsync(":\n\n", ending.Token);
                    await response.Body.FlushAsync(ending.Token);
                }
                if (!await next)
                    return;
                var happened = happening.Current;
                // The body has no line breaks: PostgreSQL writes JSON on one line.
                await response.WriteAsync(
                    string.Create(CultureInfo.InvariantCulture, $"id: {happened.Number}\nevent: {happened.Kind}\ndata: {happened.Json}\n\n"), ending.Token);
                await response.Body.FlushAsync(ending.Token);
            }
        }
        finally
        {
            // What is being read ends before it is disposed of.
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
