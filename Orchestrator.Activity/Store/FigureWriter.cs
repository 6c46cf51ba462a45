using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Activity.Store;

/// <summary>
/// Has figures stored as soon as they are handed over, and sessions that go on in a part of the time, so that however many change there is room for the rest of the house. While the database
/// is away it comes again, less and less often. At the end it stores what waits.
/// </summary>
public sealed partial class FigureWriter(FigureStore store, FigureStoreTelemetry telemetry, TimeProvider time, ILogger<FigureWriter> logger) : BackgroundService
{
    // A quarter of the time is for sessions that go on.
    const int RestToWork = 3;

    static readonly TimeSpan LookAtLeast = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);
    static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(10);

    readonly FigureStoreTelemetry _telemetry = telemetry;
    long _sessionsFrom;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rest = FirstRest;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await store.WaitAsync(UntilSessions(), stoppingToken);
                await RunOnceAsync(stoppingToken);
                rest = FirstRest;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotStored(logger, e);
                _telemetry.Failed();
                await Task.Delay(rest, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                rest = TimeSpan.FromTicks(Math.Min(rest.Ticks * 2, LongestRest.Ticks));
            }
            catch (Exception)
            {
                // What waits is stored below.
            }
        }
        await DrainAsync();
    }

    /// <summary>Stores the figures that wait, in as many transactions as they need, and sessions in between, when it is their time.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        bool more;
        do
        {
            more = await store.StoreFiguresAsync(cancellationToken) is not null;
            if (time.GetTimestamp() < _sessionsFrom || !store.HasSessions)
                continue;
            var began = time.GetTimestamp();
            await store.StoreSessionsAsync(cancellationToken);
            _sessionsFrom = time.GetTimestamp() + RestToWork * (time.GetTimestamp() - began);
        }
        while (more);
    }

    TimeSpan UntilSessions()
    {
        if (!store.HasSessions)
            return LookAtLeast;
        var left = time.GetElapsedTime(time.GetTimestamp(), _sessionsFrom);
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < LookAtLeast ? left : LookAtLeast;
    }

    async Task DrainAsync()
    {
        using var bound = new CancellationTokenSource(DrainWithin, time);
        try
        {
            while (await store.StoreFiguresAsync(bound.Token) is not null)
            {
            }
            while (await store.StoreSessionsAsync(bound.Token) > 0)
            {
            }
        }
        catch (Exception e)
        {
            NotDrained(logger, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "What lanes of activity have handed over is not stored for now")]
    static partial void NotStored(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Not all that lanes of activity have handed over was stored at the end; their next openings hand it over again")]
    static partial void NotDrained(ILogger logger, Exception exception);
}
