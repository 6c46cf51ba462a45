using System.Text.RegularExpressions;
using Npgsql;

namespace Orchestrator.Ledger.Projections;

/// <summary>The schemas that <c>ledger.projection</c> names.</summary>
public sealed partial class StoredProjectionSchemas(NpgsqlDataSource database) : IProjectionSchemas
{
    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">The stored name cannot be a schema's, and is not put into SQL.</exception>
    public async ValueTask<string?> ActiveSchemaAsync(string projection, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select active_schema from ledger.projection where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection });
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) switch
            {
                string schema when SchemaName().IsMatch(schema) => schema,
                string => throw new InvalidOperationException($"ledger.projection names no schema for {projection}"),
                _ => null,
            };
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable)
        {
            // No projection was ever built on this database.
            return null;
        }
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex SchemaName();
}
