using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// Takes a lane's snapshots: the state as it is at one moment, written slice by slice between messages, and stored beside them. It counts only when all that
/// was answered and parked before that moment is acknowledged, for nobody replays what lies before it.
/// </summary>
/// <param name="lane">Whose state.</param>
/// <param name="processor">Writes it.</param>
/// <param name="store">Where to.</param>
/// <param name="services">Clock and telemetry.</param>
/// <param name="slot">Lets one lane of the group write at a time.</param>
/// <param name="logger">Hears of what fails.</param>
internal sealed partial class StreamSnapshots(
    StreamLane lane, StreamProcessor processor, StreamSnapshotStore store, LaneServices services, SemaphoreSlim slot, ILogger logger) : IAsyncDisposable
{
    static readonly TimeSpan SettlingInterval = TimeSpan.FromMilliseconds(2);

    readonly CancellationTokenSource _stop = new();
    SnapshotChunks? _chunks;
    Task? _storing;

    /// <summary>Begins, goes on with, or ends a snapshot.</summary>
    /// <returns>Whether there is more to write at once.</returns>
    public bool Turn()
    {
        if (_storing is { IsCompleted: true })
            End();
        else if (_storing is null && lane.IsSnapshotDue && slot.Wait(0))
            Begin();
        else if (_chunks is { HasRoom: true })
            Slice();
        return _chunks is { HasRoom: true };
    }

    /// <summary>Takes a last one, of the state as it is now; the lane takes no more messages.</summary>
    public async Task TakeLastAsync(CancellationToken cancellationToken)
    {
        await using var abort = cancellationToken.Register(_stop.Cancel);
        await FinishAsync(cancellationToken);
        await slot.WaitAsync(cancellationToken);
        Begin();
        await FinishAsync(cancellationToken);
    }

    /// <summary>Gives up what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_storing is not null)
        {
            _chunks?.Complete(new OperationCanceledException());
            await _storing;
            End();
        }
        _stop.Dispose();
    }

    async Task FinishAsync(CancellationToken cancellationToken)
    {
        while (_storing is not null)
        {
            if (!Turn() && _storing is not null)
                await Task.Delay(SettlingInterval, cancellationToken);
        }
    }

    void Begin()
    {
        var began = Stopwatch.GetTimestamp();
        var chunks = new SnapshotChunks();
        try
        {
            var (head, isSettled) = lane.BeginSnapshot();
            StreamOpening.WriteIds(chunks, lane.Ids);
            StreamOpening.WriteIds(chunks, lane.Asked.Ids);
            processor.BeginSnapshot();
            _storing = StoreAsync(chunks, store.Next(), head, isSettled);
            _chunks = chunks;
        }
        catch
        {
            slot.Release();
            throw;
        }
        services.Telemetry.SnapshotSlice(lane.Id, Stopwatch.GetElapsedTime(began));
    }

    void Slice()
    {
        var began = Stopwatch.GetTimestamp();
        if (!processor.Snapshot(_chunks!))
        {
            _chunks!.Complete();
            _chunks = null;
        }
        services.Telemetry.SnapshotSlice(lane.Id, Stopwatch.GetElapsedTime(began));
    }

    void End()
    {
        if (_chunks is not null)
        {
            _chunks.Complete();
            _chunks = null;
            processor.GiveUpSnapshot();
        }
        _storing = null;
        slot.Release();
    }

    async Task StoreAsync(SnapshotChunks content, int number, SnapshotHead head, Func<bool> isSettled)
    {
        var began = services.Time.GetTimestamp();
        try
        {
            // The thread that calls is the one that messages wait for.
            await Task.Yield();
            var chunks = 0;
            await foreach (var chunk in content.ReadAsync(_stop.Token))
                await store.AddChunkAsync(number, chunks++, chunk, _stop.Token);
            while (!isSettled())
                await Task.Delay(SettlingInterval, _stop.Token);
            await store.CommitAsync(number, head, chunks, content.Bytes, _stop.Token);
            services.Telemetry.Snapshot(lane.Id, services.Time.GetElapsedTime(began));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The lane has come to its end; the next owner replays from the snapshot before.
        }
        catch (LaneFencedException e)
        {
            lane.End(e);
        }
        catch (Exception e)
        {
            lane.MissSnapshot();
            NotStored(logger, lane.Id, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: a snapshot was not stored; the one before it stays")]
    static partial void NotStored(ILogger logger, LaneId lane, Exception exception);
}
