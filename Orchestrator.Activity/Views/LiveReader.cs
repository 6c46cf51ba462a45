using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Activity.Store;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Views;

/// <summary>Reads what goes on now.</summary>
public sealed class LiveReader(NpgsqlDataSource database, IOptions<ActivityOptions> options, TimeProvider time)
{
    /// <summary>What goes on, of all lanes together.</summary>
    public async Task<LiveFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var midnight = new DateTimeOffset(today.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select at, live::text from activity.lane where live is not null"),
                new("select coalesce(sum(visitors), 0)::bigint, coalesce(sum(new_visitors), 0)::bigint from activity.day where day = $1") { Parameters = { Of(today) } },
                new("""
                    select coalesce(sum(sessions), 0)::bigint, coalesce(sum(bounces), 0)::bigint, coalesce(sum(duration_ms), 0)::bigint, coalesce(sum(views), 0)::bigint
                    from activity.session_hour where hour >= $1 and hour < $2
                    """) { Parameters = { Of(midnight), Of(midnight.AddDays(1)) } },
                new(FunnelReader.Sql) { Parameters = { Of(today), Of(today.AddDays(1)) } },
            },
        };
        var lanes = new List<StoredLive>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            lanes.Add(new StoredLive(rows.GetFieldValue<DateTimeOffset>(0), JsonSerializer.Deserialize(rows.GetString(1), ActivityJson.Default.LiveLane)!));
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var (visitors, newVisitors) = (rows.GetInt64(0), rows.GetInt64(1));
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var (sessions, bounces, duration, views) = (rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3));
        await rows.NextResultAsync(cancellationToken);
        var funnels = await FunnelReader.ReadAsync(rows, options.Value.Funnels, cancellationToken);
        var day = new LiveDay(visitors, newVisitors, sessions, bounces, Parts.Of(bounces, sessions), Parts.Of(duration / 1000.0, sessions), Parts.Of(views, sessions));
        return LiveMerge.Of(lanes, day, funnels, now);
    }
}
