using Npgsql;

namespace Orchestrator.Messaging.MassTransit.Sagas;

/// <summary>Reads instances from their table.</summary>
sealed class PostgresSagaLoader<TSaga>(SagaTable<TSaga> table, NpgsqlDataSource database) : ISagaLoader<TSaga>
    where TSaga : class, ILaneSaga, new()
{
    public async Task<IReadOnlyList<TSaga>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(table.SelectSql);
        command.Parameters.Add(new() { Value = ids as Guid[] ?? [.. ids] });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<TSaga>();
        while (await rows.ReadAsync(cancellationToken))
            found.Add(table.Read(rows));
        return found;
    }
}
