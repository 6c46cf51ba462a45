using System.Diagnostics;
using System.Globalization;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>What the service has stored of activity.</summary>
sealed class StoredActivity(BenchServers servers, int lanes)
{
    const int MinuteMs = 60_000;
    const int LookMs = 20;

    /// <summary>How many messages of each lane are in what is stored.</summary>
    public async Task<long[]> PositionsAsync(CancellationToken stop)
    {
        var positions = new long[lanes];
        await using var command = servers.Database.CreateCommand("select lane, position from activity.lane");
        await using var rows = await command.ExecuteReaderAsync(stop);
        while (await rows.ReadAsync(stop))
            positions[rows.GetInt32(0)] = rows.GetInt64(1);
        return positions;
    }

    /// <summary>Waits until so many messages of each lane are in what is stored.</summary>
    /// <exception cref="BenchFailedException">They are not, in time.</exception>
    public async Task ReachAsync(long[] positions, TimeSpan within, CancellationToken stop)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(LookMs));
        for (var began = Stopwatch.GetTimestamp(); await ticks.WaitForNextTickAsync(stop);)
        {
            var stored = await PositionsAsync(stop);
            if (stored.Zip(positions).All(p => p.First >= p.Second))
                return;
            if (Stopwatch.GetElapsedTime(began) > within)
            {
                throw new BenchFailedException(
                    $"after {within.TotalSeconds:N0} s the figures do not hold all that was published: of {string.Join(' ', positions)} messages by lane {string.Join(' ', stored)} are stored");
            }
        }
    }

    /// <summary>Compares what is stored with what was published.</summary>
    /// <exception cref="BenchFailedException">A figure differs.</exception>
    public async Task CompareAsync(ExpectedFigures expected, CancellationToken stop)
    {
        var stored = new Dictionary<long, MinuteCounts>();
        var (sessions, visitors) = (0L, 0L);
        await using (var command = servers.Database.CreateCommand("""
            select minute, sum(events)::bigint, sum(views)::bigint, sum(clicks)::bigint, sum(pings)::bigint, sum(customs)::bigint, sum(sessions)::bigint, sum(new_visitors)::bigint
            from activity.minute group by minute
            """))
        await using (var rows = await command.ExecuteReaderAsync(stop))
        {
            while (await rows.ReadAsync(stop))
            {
                var counts = new MinuteCounts(rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5));
                if (counts.Events > 0)
                    stored[rows.GetFieldValue<DateTimeOffset>(0).ToUnixTimeMilliseconds() / MinuteMs] = counts;
                (sessions, visitors) = (sessions + rows.GetInt64(6), visitors + rows.GetInt64(7));
            }
        }
        foreach (var minute in expected.Minutes.Keys.Union(stored.Keys).Order())
        {
            var (right, found) = (expected.Minutes.GetValueOrDefault(minute), stored.GetValueOrDefault(minute));
            if (right != found)
                throw new BenchFailedException(string.Create(CultureInfo.InvariantCulture, $"minute {DateTimeOffset.UnixEpoch.AddMinutes(minute):HH:mm}: {found} are stored, {right} were published"));
        }
        var (rightSessions, rightVisitors) = expected.SessionsAndVisitors();
        if ((sessions, visitors) != (rightSessions, rightVisitors))
            throw new BenchFailedException($"{sessions:N0} sessions of {visitors:N0} visitors are stored, and there were {rightSessions:N0} of {rightVisitors:N0}");
    }

    /// <summary>How many visitors are remembered.</summary>
    public Task<long> RememberedAsync(CancellationToken stop) =>
        servers.ScalarAsync<long>("select coalesce(sum(coalesce(live ->> 'visitors', live ->> 'Visitors')::bigint), 0)::bigint from activity.lane", stop);
}
