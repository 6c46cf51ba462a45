using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Decisioning.Versions;

/// <summary>Follows what is in force by asking every so often. What cannot be read leaves what was in force, and is said once until it can be read again.</summary>
/// <param name="what">What is followed, for the log.</param>
/// <param name="every">How often it asks.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public abstract partial class FollowingService(string what, TimeSpan every, TimeProvider time, ILogger logger) : BackgroundService
{
    readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    bool _failing;

    /// <summary>Done when what is in force was read for the first time.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Asks once, and takes over what has changed. True when something had.</summary>
    public abstract Task<bool> PollAsync(CancellationToken cancellationToken);

    /// <summary>What is in force has been read.</summary>
    protected void IsLoaded() => _loaded.TrySetResult();

    /// <summary>What else is done after each time of asking.</summary>
    protected virtual Task TidyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every, time);
        do
        {
            try
            {
                await PollAsync(stoppingToken);
                await TidyAsync(stoppingToken);
                _failing = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Said once: the next time comes soon.
                if (!_failing)
                    NotRead(logger, what, e);
                _failing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "{What} could not be read; what is in force stays so")]
    static partial void NotRead(ILogger logger, string what, Exception exception);
}
