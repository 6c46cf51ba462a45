using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Events;

/// <summary>Reads what happened, in its order.</summary>
public sealed class EventReader(NpgsqlDataSource database)
{
    /// <summary>The number of the last event; zero when there is none.</summary>
    public async Task<long> LastAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select number from casework.event where number is not null order by number desc limit 1");
        return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
    }

    /// <summary>What happened after the event <paramref name="number"/>.</summary>
    /// <param name="number">The number.</param>
    /// <param name="limit">The most of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<CaseEvent>> AfterAsync(long number, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {CaseEvent.Columns} from casework.event where number > $1 order by number limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(number), Statements.Of(limit) });
        var events = new List<CaseEvent>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            events.Add(CaseEvent.Read(rows));
        return events;
    }
}
