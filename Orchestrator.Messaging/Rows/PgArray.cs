using Npgsql;
using NpgsqlTypes;

namespace Orchestrator.Messaging.Rows;

/// <summary>Typed array parameters: one for each column of a set of rows.</summary>
public static class PgArray
{
    /// <summary>The column <paramref name="read"/> of all <paramref name="rows"/>.</summary>
    public static NpgsqlParameter<TValue[]> Column<TRow, TValue>(IReadOnlyList<TRow> rows, NpgsqlDbType type, Func<TRow, TValue> read)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = read(rows[i]);
        return Of(type, values);
    }

    /// <summary>An array of <paramref name="values"/>.</summary>
    public static NpgsqlParameter<TValue[]> Of<TValue>(NpgsqlDbType type, TValue[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
