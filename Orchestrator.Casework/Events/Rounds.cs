using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Casework.Events;

/// <summary>Does something again and again: at once while there is more of it, else after a rest.</summary>
/// <param name="name">What it is, for logs.</param>
/// <param name="rest">How long it rests when nothing was to be done.</param>
/// <param name="round">One round: how much was done.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of what fails.</param>
sealed partial class Rounds(string name, TimeSpan rest, Func<CancellationToken, Task<int>> round, TimeProvider time, ILogger<Rounds> logger) : BackgroundService
{
    // After a failure, so that a database that is away is not asked ten times a second.
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = rest;
            try
            {
                if (await round(stoppingToken) > 0)
                    pause = TimeSpan.Zero;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotDone(logger, name, e);
                pause = AfterFailure > rest ? AfterFailure : rest;
            }
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Name}: this round failed, the next comes soon")]
    static partial void NotDone(ILogger logger, string name, Exception exception);
}
