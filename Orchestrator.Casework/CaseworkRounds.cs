using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Casework;

/// <summary>Does something of casework again and again: at once while there is more of it, else after a rest.</summary>
/// <param name="name">What it is, for logs.</param>
/// <param name="rest">How long it rests when nothing was to be done.</param>
/// <param name="round">One round: how much was done.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of what fails.</param>
sealed partial class CaseworkRounds(string name, TimeSpan rest, Func<CancellationToken, Task<int>> round, TimeProvider time, ILogger<CaseworkRounds> logger)
    : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync(RoundAsync, OnFailure, time, stoppingToken);

    async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken) => await round(cancellationToken) > 0 ? TimeSpan.Zero : rest;

    TimeSpan? OnFailure(Exception e)
    {
        NotDone(logger, name, e);
        return Rounds.AfterFailure > rest ? Rounds.AfterFailure : rest;
    }

    [LoggerMessage(LogLevel.Warning, "{Name}: this round failed, the next comes soon")]
    static partial void NotDone(ILogger logger, string name, Exception exception);
}
