using Npgsql;

namespace Orchestrator.Messaging.Rows;

/// <summary>Columns that may be null.</summary>
public static class RowValues
{
    /// <summary>A text; null where there is none.</summary>
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>An id; null where there is none.</summary>
    public static Guid? Id(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    /// <summary>A number; null where there is none.</summary>
    public static long? Number(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>A small number; null where there is none.</summary>
    public static short? Small(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt16(column);

    /// <summary>An instant, UTC; null where there is none.</summary>
    public static DateTimeOffset? Instant(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
