namespace Orchestrator.Api.Hosting;

/// <summary>What all answers of text/event-stream have in common: they are kept by nobody, begin with when to come again, and end after an hour, when the reader goes, or when the service stops.</summary>
static class ServerSentEvents
{
    static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Answers.</summary>
    /// <param name="context">Who listens.</param>
    /// <param name="write">Writes events until it is told to end.</param>
    /// <param name="stopping">The service stops.</param>
    public static async Task AnswerAsync(HttpContext context, Func<HttpResponse, CancellationTokenSource, Task> write, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        ending.CancelAfter(Longest);
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await response.WriteAsync("retry: 1000\n\n", ending.Token);
            await response.Body.FlushAsync(ending.Token);
            await write(response, ending);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Whoever listened has gone, or comes again.
        }
    }
}
