using Npgsql;
using Orchestrator.Casework.Cases;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Casework.Events;

/// <summary>
/// Numbers what has happened, in the order of commits, and publishes it through the edge outbox, both in one transaction: once, and never what was rolled back.
/// Any number of processes may run it; one at a time does.
/// </summary>
public sealed class EventRelay(NpgsqlDataSource database, IEdgeOutbox outbox, MessageCatalog catalog, IEnumerable<IEventSink> sinks)
{
    // Any constant serves, so long as it never changes.
    const long RelayLock = 0x6361_7365_6576_6E74;

    const int AtOnce = 500;

    /// <summary>One round.</summary>
    /// <returns>How many events were numbered.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Most of the time there is nothing, and then it costs one look.
        await using (var looking = new NpgsqlCommand("select exists (select from casework.event where number is null)", connection))
        {
            if (!(bool)(await looking.ExecuteScalarAsync(cancellationToken))!)
                return 0;
        }
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var locking = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection) { Parameters = { Statements.Of(RelayLock) } })
        {
            if (!(bool)(await locking.ExecuteScalarAsync(cancellationToken))!)
                return 0;
        }
        var events = await NumberAsync(connection, cancellationToken);
        if (events.Count == 0)
            return 0;
        foreach (var sink in sinks)
            await sink.AddAsync(connection, events, cancellationToken);
        var messages = events.Select(e => e.Message(catalog, CaseStore.Source)).OfType<OutgoingMessage>().ToList();
        var receipt = messages.Count == 0 ? null : await outbox.AddAsync(connection, transaction, messages, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (receipt is not null)
            await outbox.PublishAsync(receipt, cancellationToken);
        return events.Count;
    }

    static async Task<List<CaseEvent>> NumberAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with next as materialized (
                select seq, nextval('casework.event_number') as given from (select seq from casework.event where number is null order by seq limit $1) s
            )
            update casework.event e set number = given from next where e.seq = next.seq returning {CaseEvent.Columns}
            """, connection)
        {
            Parameters = { Statements.Of(AtOnce) },
        };
        var events = new List<CaseEvent>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            events.Add(CaseEvent.Read(rows));
        events.Sort((a, b) => a.Number.CompareTo(b.Number));
        return events;
    }
}

/// <summary>Hears of every event once, within the transaction that numbers it.</summary>
public interface IEventSink
{
    /// <summary>Keeps what is to be done about them.</summary>
    /// <param name="connection">The transaction's connection.</param>
    /// <param name="events">In order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task AddAsync(NpgsqlConnection connection, IReadOnlyList<CaseEvent> events, CancellationToken cancellationToken);
}
