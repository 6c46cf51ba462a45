using Npgsql;

namespace Orchestrator.Decisioning.Storage;

/// <summary>Single statements with typed parameters, for what changes seldom.</summary>
static class Statements
{
    /// <summary>A parameter.</summary>
    public static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    /// <summary>Executes a statement, in the connection's transaction when there is one; gives how many rows it affected.</summary>
    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
