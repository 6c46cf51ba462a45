using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Orchestrator.Casework.Cases;

/// <summary>Lets overdue cases go before all others, every so often. Any number of processes may run it.</summary>
sealed partial class CaseEscalation(CaseStore cases, TimeProvider time, IOptions<CaseworkOptions> options, ILogger<CaseEscalation> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.EscalationSeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await cases.EscalateAsync(stoppingToken) is > 0 and var count)
                    Escalated(logger, count);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The next time comes soon.
                NotEscalated(logger, e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} cases are overdue and go before all others")]
    static partial void Escalated(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "Overdue cases were not looked for")]
    static partial void NotEscalated(ILogger logger, Exception exception);
}
