using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Decisioning.Backtests.Jobs;

/// <summary>Rows of the table of backtests.</summary>
static class BacktestRows
{
    /// <summary>What is read of each.</summary>
    public const string Columns =
        "number, id, state, request::text, requested_by, requested_at, started_at, ended_at, attempts, cancel_requested, progress::text, failure::text";

    /// <summary>How many columns these are; the result may come after them.</summary>
    public const int Count = 12;

    /// <summary>One of them.</summary>
    public static BacktestJob Job(NpgsqlDataReader row, bool withResult) => new(
        row.GetInt64(0), row.GetGuid(1), Enum.Parse<BacktestState>(row.GetString(2), ignoreCase: true), Json(row.GetString(3), BacktestJson.Default.BacktestOrder)!,
        row.GetString(4), row.GetFieldValue<DateTimeOffset>(5), row.Instant(6), row.Instant(7), row.GetInt16(8), row.GetBoolean(9),
        Json(row.Text(10), BacktestJson.Default.BacktestProgress), Json(row.Text(11), BacktestJson.Default.BacktestFailure),
        withResult ? Json(row.Text(Count), BacktestJson.Default.BacktestResult) : null);

    static T? Json<T>(string? json, JsonTypeInfo<T> type)
        where T : class => json is null ? null : JsonSerializer.Deserialize(json, type);
}
