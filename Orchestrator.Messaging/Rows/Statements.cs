using Npgsql;
using NpgsqlTypes;

namespace Orchestrator.Messaging.Rows;

/// <summary>Single statements with typed parameters, for what changes seldom.</summary>
public static class Statements
{
    /// <summary>A parameter.</summary>
    public static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    /// <summary>A text, or null.</summary>
    public static NpgsqlParameter OrNull(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    /// <summary>An instant, or null.</summary>
    public static NpgsqlParameter OrNull(DateTimeOffset? value) =>
        new() { Value = value is { } instant ? instant.ToUniversalTime() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    /// <summary>Executes a statement, in the connection's transaction when there is one; gives how many rows it affected.</summary>
    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
