using Npgsql;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>
/// A change of the registry: a transaction that no other change runs beside, in whichever process. Registries change seldom, and what a change looks at then stays as it was looked at.
/// Readers wait for nothing.
/// </summary>
sealed class RegistryWrite : IAsyncDisposable
{
    readonly NpgsqlTransaction _transaction;

    RegistryWrite(NpgsqlConnection connection, NpgsqlTransaction transaction) => (Connection, _transaction) = (connection, transaction);

    /// <summary>Where it is written.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Begins one, once those before it have ended.</summary>
    public static async Task<RegistryWrite> BeginAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var write = new RegistryWrite(connection, await connection.BeginTransactionAsync(cancellationToken));
            await RegistryRows.ColumnAsync<int>(connection, "select last_id from registry.head for update", cancellationToken);
            return write;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next number for a schema. It is given only if the change is committed.</summary>
    public async Task<int> NextIdAsync(CancellationToken cancellationToken) =>
        (await RegistryRows.ColumnAsync<int>(Connection, "update registry.head set last_id = last_id + 1 returning last_id", cancellationToken))[0];

    /// <summary>Makes it so.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) => _transaction.CommitAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
