using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Casework.Events;

/// <summary>
/// Hands what happens to whoever listens, soon after it has happened in whichever process. It asks for what follows the last number it has seen, and only while somebody listens.
/// Listeners are bounded, and so is how far one may lag behind: who is slower is dropped, and goes on from where it was when it comes again.
/// </summary>
public sealed partial class LiveEvents(EventReader reader, TimeProvider time, ILogger<LiveEvents> logger) : BackgroundService
{
    /// <summary>The most listeners of one process.</summary>
    public const int MaxListeners = 200;

    /// <summary>How many events one may lag behind.</summary>
    public const int MaxBehind = 500;

    const int AtOnce = 500;
    const int MaxPages = 10;

    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    readonly EventReader _events = reader;
    readonly SemaphoreSlim _gate = new(1, 1);
    readonly List<Listener> _listeners = [];
    long _position;

    /// <summary>How many listen.</summary>
    public int Listeners => _listeners.Count;

    /// <summary>Listens from now on, or from the event after <paramref name="after"/>.</summary>
    /// <param name="fits">What is of interest.</param>
    /// <param name="after">The last that was seen; null when none was.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when as many listen as may. Dispose it to hear no more.</returns>
    public async Task<Listener?> ListenAsync(Func<CaseEvent, bool> fits, long? after, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_listeners.Count >= MaxListeners)
                return null;
            if (_listeners.Count == 0)
                _position = await _events.LastAsync(cancellationToken);
            var listener = new Listener(this, fits, after, _position);
            _listeners.Add(listener);
            return listener;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _gate.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotRead(logger, e);
            }
        }
    }

    /// <summary>Hands on what has happened since the last time.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_listeners.Count == 0)
                return;
            for (var page = 0; page < MaxPages; page++)
            {
                var happening = await _events.AfterAsync(_position, AtOnce, cancellationToken);
                foreach (var happened in happening)
                {
                    _position = happened.Number;
                    _listeners.RemoveAll(listener => !listener.Take(happened));
                }
                if (happening.Count < AtOnce)
                    return;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    async ValueTask LeaveAsync(Listener listener)
    {
        await _gate.WaitAsync();
        try
        {
            _listeners.Remove(listener);
        }
        finally
        {
            _gate.Release();
        }
    }

    [LoggerMessage(LogLevel.Warning, "What happens to cases was not read for those who listen")]
    static partial void NotRead(ILogger logger, Exception exception);

    /// <summary>Somebody who listens.</summary>
    public sealed class Listener : IAsyncDisposable
    {
        readonly LiveEvents _live;
        readonly Func<CaseEvent, bool> _fits;
        readonly Channel<CaseEvent> _behind = Channel.CreateBounded<CaseEvent>(new BoundedChannelOptions(MaxBehind) { SingleReader = true });
        readonly long _from;
        readonly long _to;

        internal Listener(LiveEvents live, Func<CaseEvent, bool> fits, long? after, long position)
        {
            (_live, _fits) = (live, fits);
            (_from, _to) = (Math.Min(after ?? position, position), position);
        }

        /// <summary>What happens, in its order; ends when this listener lags too far behind.</summary>
        public async IAsyncEnumerable<CaseEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var missed = _from;
            while (missed < _to)
            {
                var page = await _live._events.AfterAsync(missed, AtOnce, cancellationToken);
                foreach (var happened in page.TakeWhile(e => e.Number <= _to).Where(_fits))
                    yield return happened;
                missed = page.Count == 0 ? _to : page[^1].Number;
            }
            await foreach (var happened in _behind.Reader.ReadAllAsync(cancellationToken))
                yield return happened;
        }

        /// <inheritdoc />
        public ValueTask DisposeAsync()
        {
            _behind.Writer.TryComplete();
            return _live.LeaveAsync(this);
        }

        // False when it lags too far behind: then it hears no more.
        internal bool Take(CaseEvent happened)
        {
            if (!_fits(happened) || _behind.Writer.TryWrite(happened))
                return true;
            _behind.Writer.TryComplete();
            return false;
        }
    }
}
