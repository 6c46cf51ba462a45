using Npgsql;

namespace Orchestrator.Ledger.Storage;

/// <summary>Columns that may be null.</summary>
static class RowValues
{
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static Guid? Id(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    public static long? Number(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static short? Small(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt16(column);

    public static DateTimeOffset? Instant(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
