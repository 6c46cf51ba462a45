using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Figures;

/// <summary>
/// Keeps a publisher from running far ahead of the service: a broker keeps only so much, and a backlog only makes figures look bad.
/// Each new sample of the service's lag gives room for that many more messages; without room the publisher waits for the next one.
/// </summary>
public sealed class LagGate : IAsyncDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    readonly long _maxLag;
    readonly TimeProvider _time;
    readonly CancellationTokenSource _stop = new();
    readonly Task _watch;
    long _room;
    volatile ServiceFigures? _latest;
    volatile bool _open;
    volatile bool _away;

    /// <summary>A gate that lets through while the service's total lag is below <paramref name="maxLag"/>; 0 for no limit.</summary>
    public LagGate(ServiceClient service, long maxLag, TimeProvider time)
    {
        _maxLag = maxLag;
        _time = time;
        _room = maxLag;
        _open = maxLag == 0;
        _watch = WatchAsync(service, _stop.Token);
    }

    /// <summary>The figures as last seen; null while none were.</summary>
    public ServiceFigures? Latest => _latest;

    /// <summary>Whether the service did not answer when it was asked last.</summary>
    public bool ServiceIsAway => _away;

    /// <summary>Returns when one more message may go.</summary>
    public ValueTask PassAsync(CancellationToken cancellationToken) =>
        _open || Interlocked.Decrement(ref _room) >= 0 ? ValueTask.CompletedTask : WaitAsync(cancellationToken);

    /// <summary>Stops looking.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        _stop.Dispose();
    }

    async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time, cancellationToken);
        }
        while (!_open && Interlocked.Decrement(ref _room) < 0);
    }

    async Task WatchAsync(ServiceClient service, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
            {
                var figures = await service.FiguresAsync(stop);
                _away = figures is null;
                if (figures is not null)
                {
                    // The service samples less often than we look: the same sample must not give room twice.
                    if (_latest is null || figures.At == default || figures.At != _latest.At)
                        Interlocked.Exchange(ref _room, Math.Max(0, _maxLag - (figures.Lag?.Total ?? 0)));
                    _latest = figures;
                }
                else if (_latest is null && !_open)
                {
                    Terminal.Warn($"No figures at {service.Api}v1/figures: publishing without regard to the service's lag.");
                    _open = true;
                }
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }
}
