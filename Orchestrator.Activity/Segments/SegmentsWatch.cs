using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Activity.Segments;

/// <summary>
/// Follows the definitions in force without a restart: asks for one number every so often, and reads the definitions when it is another. Lanes that must not decide by old ones
/// have it ask at once.
/// </summary>
/// <param name="database">Where definitions are.</param>
/// <param name="options">How often it asks.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of changes, and of what cannot be read.</param>
public sealed partial class SegmentsWatch(NpgsqlDataSource database, SegmentsOptions options, TimeProvider time, ILogger<SegmentsWatch> logger) : BackgroundService
{
    // Nobody decides by what was not asked for so long.
    static readonly TimeSpan Stale = TimeSpan.FromSeconds(1);

    readonly SemaphoreSlim _one = new(1);
    volatile SegmentsInForce _current = SegmentsInForce.None;
    long _askedAt;
    bool _failing;

    /// <summary>The definitions in force, as far as is known.</summary>
    public SegmentsInForce Current => _current;

    /// <summary>The definitions in force, asked for if that was not done within a second.</summary>
    public ValueTask<SegmentsInForce> FreshAsync(CancellationToken cancellationToken) =>
        _current.Clock > 0 && time.GetElapsedTime(Volatile.Read(ref _askedAt)) < Stale ? ValueTask.FromResult(_current) : new(AskAsync(cancellationToken));

    /// <summary>Asks, and takes over what has changed.</summary>
    public async Task<SegmentsInForce> AskAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var began = time.GetTimestamp();
            if (await ReadAsync(cancellationToken) is { } changed)
            {
                _current = changed;
                Following(logger, changed.Clock, changed.Definitions.Count);
                foreach (var strange in changed.Definitions.Where(d => !d.IsUnderstood))
                    DoesNotFit(logger, strange.Name, strange.Version);
            }
            Volatile.Write(ref _askedAt, began);
            return _current;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.PollMs), time);
        do
        {
            try
            {
                await AskAsync(stoppingToken);
                _failing = false;
            }
            catch (Exception e) when (Failures.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                // Said once: the next time comes soon.
                if (!_failing)
                    NotRead(logger, e);
                _failing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Null when nothing has changed. The clock is read first: what is read after it is at least as new, and is read once more when it was newer.
    async Task<SegmentsInForce?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var ask = new NpgsqlCommand("select version from activity.segment_clock", connection);
        var clock = (long)(await ask.ExecuteScalarAsync(cancellationToken) ?? throw new InvalidOperationException("activity.segment_clock has no row"));
        if (clock == _current.Clock)
            return null;
        await using var read = new NpgsqlCommand(
            "select distinct on (name) name, version, active, condition::text from activity.segment_version where clock <= $1 order by name, version desc", connection);
        read.Parameters.Add(Statements.Of(clock));
        await using var rows = await read.ExecuteReaderAsync(cancellationToken);
        var definitions = new List<SegmentDefinition>();
        while (await rows.ReadAsync(cancellationToken))
            definitions.Add(SegmentDefinition.Stored(rows.GetString(0), rows.GetInt32(1), rows.GetBoolean(2), rows.GetString(3)));
        return new SegmentsInForce(clock, definitions);
    }

    [LoggerMessage(LogLevel.Information, "Segments in force: {Count}, of clock {Clock}")]
    static partial void Following(ILogger logger, long clock, int count);

    [LoggerMessage(LogLevel.Error, "Segment {Segment}, version {Version}, does not fit this version of the service; whoever is in it stays")]
    static partial void DoesNotFit(ILogger logger, string segment, int version);

    [LoggerMessage(LogLevel.Warning, "Segments could not be read; those in force stay so")]
    static partial void NotRead(ILogger logger, Exception exception);
}
