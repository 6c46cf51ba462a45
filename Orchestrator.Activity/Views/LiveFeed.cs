using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Activity.Store;

namespace Orchestrator.Activity.Views;

/// <summary>What goes on, as it was read.</summary>
/// <param name="Version">Greater each time that something else was there than the time before.</param>
/// <param name="Json">The figures as JSON.</param>
public sealed record LiveReading(long Version, ReadOnlyMemory<byte> Json);

/// <summary>
/// Reads what goes on four times a second, once for all who listen in this process, and only while somebody does. Nobody has a queue: whoever is slow misses figures that have been replaced since.
/// </summary>
public sealed partial class LiveFeed(LiveReader reader, TimeProvider time, ILogger<LiveFeed> logger) : BackgroundService
{
    /// <summary>The most listeners of one process.</summary>
    public const int MaxListeners = 200;

    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    readonly LiveReader _figures = reader;
    readonly TimeProvider _time = time;
    readonly SemaphoreSlim _gate = new(1, 1);
    byte[] _content = [];
    volatile LiveReading? _last;
    volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _listeners;
    bool _failed;

    /// <summary>How many listen.</summary>
    public int Listeners => Volatile.Read(ref _listeners);

    /// <summary>Listens, beginning with what goes on now.</summary>
    /// <returns>Null when as many listen as may. Dispose it to hear no more.</returns>
    public async Task<Listener?> ListenAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_listeners >= MaxListeners)
                return null;
            // While others listen it is fresh.
            if (_listeners == 0 || _last is null)
                await ReadAsync(cancellationToken);
            Interlocked.Increment(ref _listeners);
            return new Listener(this);
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
        using var timer = new PeriodicTimer(Poll, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
                _failed = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_failed)
                    NotRead(logger, e);
                _failed = true;
            }
        }
    }

    /// <summary>Reads, when somebody listens.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (Listeners == 0)
            return;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await ReadAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    async Task ReadAsync(CancellationToken cancellationToken)
    {
        var figures = await _figures.ReadAsync(cancellationToken);
        var content = Write(figures with { At = default, AgeMs = null });
        var isNew = _last is null || !content.AsSpan().SequenceEqual(_content);
        _content = content;
        _last = new LiveReading((_last?.Version ?? 0) + (isNew ? 1 : 0), Write(figures));
        if (!isNew)
            return;
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    static byte[] Write(LiveFigures figures) => JsonSerializer.SerializeToUtf8Bytes(figures, ActivityJson.Default.LiveFigures);

    async Task<LiveReading> NextAsync(long seen, TimeSpan atLatest, CancellationToken cancellationToken)
    {
        // Asked for before what is there is looked at, so that no change falls between the two.
        var changed = _changed.Task;
        if (_last is { } last && last.Version > seen)
            return last;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(atLatest, _time, ending.Token));
        await ending.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return _last!;
    }

    [LoggerMessage(LogLevel.Warning, "What goes on was not read for those who listen")]
    static partial void NotRead(ILogger logger, Exception exception);

    /// <summary>Somebody who listens; one caller at a time.</summary>
    public sealed class Listener : IDisposable
    {
        readonly LiveFeed _feed;
        long _seen;
        int _gone;

        internal Listener(LiveFeed feed) => _feed = feed;

        /// <summary>What goes on, as soon as it is something else than the last that was heard, or after <paramref name="atLatest"/>.</summary>
        public async Task<LiveReading> NextAsync(TimeSpan atLatest, CancellationToken cancellationToken)
        {
            var reading = await _feed.NextAsync(_seen, atLatest, cancellationToken);
            _seen = reading.Version;
            return reading;
        }

        /// <inheritdoc />
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gone, 1) == 0)
                Interlocked.Decrement(ref _feed._listeners);
        }
    }
}
