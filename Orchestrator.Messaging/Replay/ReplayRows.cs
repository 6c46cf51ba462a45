using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Messaging.Replay;

/// <summary>Rows of the table of replays.</summary>
static class ReplayRows
{
    /// <summary>What is read of each, where the table is called <c>r</c>.</summary>
    public const string Columns =
        """
        r.number, r.id, r.state, r.request::text, r.requested_by, r.reason, r.requested_at, r.started_at, r.progress_at, r.ended_at, r.expires_at, r.dropped_at,
            r.cancel_requested, r.pause_requested, r.rate, r.plan::text, r.failure::text, r.error,
            (select json_agg(json_build_object(
                'partition', p.partition, 'first', p.first, 'end', p."end", 'position', p.position, 'taken', p.taken, 'bytes', p.bytes, 'deleted', p.deleted,
                'clockMs', p.clock_ms, 'mark', p.mark) order by p.partition)
             from messaging.replay_partition p where p.number = r.number)::text
        """;

    /// <summary>How many columns these are.</summary>
    public const int Count = 19;

    /// <summary>One of them.</summary>
    public static ReplayJob Job(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetGuid(1), Enum.Parse<ReplayState>(row.GetString(2), ignoreCase: true), Json(row.GetString(3), ReplayJson.Default.ReplayOrder)!, row.GetString(4),
        row.GetString(5), row.GetFieldValue<DateTimeOffset>(6), row.Instant(7), row.Instant(8), row.Instant(9), row.Instant(10), row.Instant(11), row.GetBoolean(12),
        row.GetBoolean(13), row.IsDBNull(14) ? null : row.GetDouble(14), Json(row.Text(18), ReplayJson.Default.ListPartitionProgress) ?? [],
        Json(row.Text(15), ReplayJson.Default.ReplayPlan), Json(row.Text(16), ReplayJson.Default.ReplayFailure), row.Text(17));

    static T? Json<T>(string? json, JsonTypeInfo<T> type)
        where T : class => json is null ? null : JsonSerializer.Deserialize(json, type);
}
