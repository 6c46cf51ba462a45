using Orchestrator.Ledger.Statements;

namespace Orchestrator.Api.Hosting;

/// <summary>Closes the month before the current one, and all before it that are open.</summary>
public sealed partial class MonthClosingJob(IMonthCloser closer, TimeProvider time, ILogger<MonthClosingJob> logger)
{
    /// <summary>Does it; again does nothing.</summary>
    /// <exception cref="InvalidOperationException">It is too early for that: the job is tried again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var month = Month.Of(time.GetUtcNow()).Previous;
        if (await closer.CloseAsync(month, cancellationToken) is not MonthClosing.Done(var fact))
            throw new InvalidOperationException($"{month} cannot be closed yet");
        Closed(logger, month.ToString(), fact.ClosedAt);
    }

    [LoggerMessage(LogLevel.Information, "{Month} is closed since {ClosedAt:O}")]
    static partial void Closed(ILogger logger, string month, DateTimeOffset closedAt);
}
