using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Activity.Figures;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Activity.Store;

/// <summary>
/// Keeps what all lanes of this process have handed over until it is stored, and stores it: figures and final sessions at once, in one transaction for all lanes; sessions that go on as
/// there is time. One caller at a time writes.
/// </summary>
public sealed partial class FigureStore : IFigureSink
{
    /// <summary>The most rows of one transaction of figures.</summary>
    public const int MaxRows = 5_000;

    /// <summary>The most rows of one transaction of sessions that go on: figures wait that long at most.</summary>
    public const int MaxSessions = 2_000;

    readonly ConcurrentDictionary<int, LaneSlot> _slots = new();
    readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    readonly NpgsqlDataSource _database;
    readonly FigureStoreTelemetry _telemetry;
    readonly TimeProvider _time;
    readonly ILogger<FigureStore> _logger;
    long _openings;

    /// <summary>Nothing waits yet.</summary>
    /// <param name="database">Where figures are stored.</param>
    /// <param name="telemetry">Hears how it goes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of what fails.</param>
    public FigureStore(NpgsqlDataSource database, FigureStoreTelemetry telemetry, TimeProvider time, ILogger<FigureStore> logger)
    {
        (_database, _telemetry, _time, _logger) = (database, telemetry, time, logger);
        telemetry.Watch(() => _slots.Values.Max(s => s.Waiting())?.TotalSeconds ?? 0, () => _slots.Values.Sum(s => s.Sessions()));
    }

    /// <summary>Whether sessions wait that go on.</summary>
    internal bool HasSessions => _slots.Values.Any(s => s.HasSessions());

    /// <inheritdoc />
    public long Open(int lane)
    {
        var opening = Interlocked.Increment(ref _openings);
        SlotOf(lane).Open(opening);
        return opening;
    }

    /// <inheritdoc />
    public bool TryTake(int lane, long opening, long position, Func<LaneDelta> make)
    {
        var (taken, wake) = SlotOf(lane).TryTake(opening, position, make);
        if (wake)
            _wake.Writer.TryWrite(true);
        return taken;
    }

    /// <inheritdoc />
    public int RoomForSessions(int lane) => SlotOf(lane).RoomForSessions();

    /// <summary>Waits until there is something to do, or <paramref name="atMost"/> has gone by.</summary>
    internal async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(atMost, _time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _wake.Reader.WaitToReadAsync(waiting.Token);
            _wake.Reader.TryRead(out _);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time has gone by.
        }
    }

    /// <summary>Claims the lanes that have begun to hand over, and stores the figures that wait: one transaction.</summary>
    /// <returns>How many rows it had; null when nothing waits.</returns>
    internal async Task<int?> StoreFiguresAsync(CancellationToken cancellationToken)
    {
        await ClaimAsync(cancellationToken);
        List<FigureCursor> waiting = [.. _slots.Values.Select(s => s.Figures()).OfType<FigureCursor>().OrderBy(f => f.Left)];
        if (waiting.Count == 0)
            return null;
        try
        {
            return await StoreAsync(waiting, cancellationToken);
        }
        catch (Exception e) when (IsRefused(e))
        {
            // One of them is at fault: each alone, and what is refused for itself is given up.
            Refused(_logger, waiting.Count, e);
        }
        var rows = 0;
        foreach (var figures in waiting)
        {
            try
            {
                rows += await StoreAsync([figures], cancellationToken);
            }
            catch (Exception e) when (IsRefused(e))
            {
                GaveUp(_logger, figures.Slot.Lane, figures.Left, e);
                _telemetry.GivenUp(figures.Left);
                figures.Slot.Done(figures, stored: false);
            }
        }
        return rows;
    }

    /// <summary>Stores sessions that go on: one transaction.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> StoreSessionsAsync(CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        List<LaneSlot> slots = [.. _slots.Values.Where(s => s.HasSessions()).OrderBy(s => s.Sessions())];
        List<SessionsTaken> taken = [];
        var (batch, room) = (new FigureBatch(), MaxSessions);
        for (var i = 0; i < slots.Count; i++)
        {
            if (slots[i].TakeSessions(room / (slots.Count - i)) is not { } sessions)
                continue;
            taken.Add(sessions);
            batch.Add(sessions);
            room -= sessions.Rows.Count;
        }
        if (batch.Count == 0)
            return 0;
        try
        {
            await using var connection = await _database.OpenConnectionAsync(cancellationToken);
            var owned = await batch.ExecuteAsync(connection, waits: false, cancellationToken);
            foreach (var sessions in taken.Where(t => !owned.Contains(t.Slot.Lane)))
                Lost(sessions.Slot, sessions.Claimed, sessions);
        }
        catch (Exception e) when (IsRefused(e))
        {
            // They are handed over again when they change, and when they end.
            GaveUpSessions(_logger, batch.Count, e);
            _telemetry.GivenUp(batch.Count);
            return 0;
        }
        catch
        {
            foreach (var sessions in taken)
                sessions.Slot.PutBack(sessions);
            throw;
        }
        _telemetry.Stored("sessions", batch.Count, _time.GetElapsedTime(began));
        return batch.Count;
    }

    async Task<int> StoreAsync(List<FigureCursor> waiting, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var (batch, room) = (new FigureBatch(), MaxRows);
        for (var i = 0; i < waiting.Count; i++)
        {
            var before = batch.Count;
            waiting[i].AddTo(batch, room / (waiting.Count - i));
            room -= batch.Count - before;
        }
        await using (var connection = await _database.OpenConnectionAsync(cancellationToken))
        {
            // What is handed over here is not always said again, so it waits for the disk: some times a second, once for all lanes.
            var owned = await batch.ExecuteAsync(connection, waits: true, cancellationToken);
            foreach (var figures in waiting)
            {
                if (!owned.Contains(figures.Slot.Lane))
                {
                    Lost(figures.Slot, figures.Claimed, sessions: null);
                }
                else if (figures.Advance())
                {
                    figures.Slot.Done(figures, stored: true);
                    _telemetry.Aged(_time.GetElapsedTime(figures.Since));
                }
            }
        }
        _telemetry.Stored("figures", batch.Count, _time.GetElapsedTime(began));
        return batch.Count;
    }

    async Task ClaimAsync(CancellationToken cancellationToken)
    {
        var wanted = _slots.Values.Select(slot => (Slot: slot, Opening: slot.ToClaim())).Where(w => w.Opening is not null).ToDictionary(w => w.Slot.Lane, w => (w.Slot, w.Opening!.Value));
        if (wanted.Count == 0)
            return;
        await using var command = _database.CreateCommand(FigureStatements.Claim);
        command.Parameters.Add(Statements.Of(wanted.Keys.ToArray()));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (slot, opening) = wanted[rows.GetInt32(0)];
            slot.Claimed(opening, rows.GetInt64(1), rows.GetInt64(2));
        }
    }

    void Lost(LaneSlot slot, long claimed, SessionsTaken? sessions)
    {
        LostLane(_logger, slot.Lane);
        _telemetry.Fenced();
        if (sessions is not null)
            slot.PutBack(sessions);
        slot.Fenced(claimed);
    }

    // Also what a lane would be in the wrong with: one row twice, or more of something than the database takes.
    static bool IsRefused(Exception exception) => exception is PostgresException { SqlState: ['2', '1', ..] or ['5', '4', ..] } || !Failures.IsTransient(exception);

    LaneSlot SlotOf(int lane) => _slots.GetOrAdd(lane, static (lane, time) => new LaneSlot(lane, time), _time);

    [LoggerMessage(LogLevel.Warning, "Somebody else has claimed the figures of lane {Lane}: nothing of it was stored")]
    static partial void LostLane(ILogger logger, int lane);

    [LoggerMessage(LogLevel.Warning, "Figures of {Lanes} lanes were refused; each is stored alone")]
    static partial void Refused(ILogger logger, int lanes, Exception exception);

    [LoggerMessage(LogLevel.Error, "Figures of lane {Lane} cannot be stored: {Rows} rows are given up")]
    static partial void GaveUp(ILogger logger, int lane, int rows, Exception exception);

    [LoggerMessage(LogLevel.Error, "{Sessions} sessions that go on cannot be stored, and are given up until they change")]
    static partial void GaveUpSessions(ILogger logger, int sessions, Exception exception);
}
