using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Outbox;

/// <summary>
/// The outbox of writes that come over HTTP: a row in the request's own transaction, published after its commit, deleted when acknowledged.
/// Rows that a dead process left are published by whoever sees them first.
/// </summary>
public sealed partial class EdgeOutbox(NpgsqlDataSource database, KafkaProducer producer, TimeProvider time, ILogger<EdgeOutbox> logger)
    : BackgroundService, IEdgeOutbox
{
    const int RowsAtOnce = 500;
    static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LeftBehindAfter = TimeSpan.FromSeconds(5);

    readonly ConcurrentQueue<Guid> _acknowledged = new();

    /// <inheritdoc />
    public async Task<EdgeReceipt> AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await using var insert = new NpgsqlCommand("insert into messaging.edge_outbox (id, payload) values ($1, $2)", connection, transaction)
        {
            Parameters = { new() { Value = id }, new() { Value = PackedMessages.Pack(messages) } },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken);
        return new EdgeReceipt(id, messages);
    }

    /// <inheritdoc />
    public async Task PublishAsync(EdgeReceipt receipt, CancellationToken cancellationToken)
    {
        var remaining = receipt.Messages.Count;
        var failed = false;
        foreach (var message in receipt.Messages)
        {
            await producer.ProduceAsync(message, delivered =>
            {
                failed |= !delivered;
                if (Interlocked.Decrement(ref remaining) == 0 && !failed)
                    _acknowledged.Enqueue(receipt.Id);
            }, cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await DeleteAcknowledgedAsync(stoppingToken);
                await PublishLeftBehindAsync(stoppingToken);
            }
            catch (Exception e) when (Failures.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                NotSwept(logger, e);
            }
        }
    }

    async Task DeleteAcknowledgedAsync(CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        while (ids.Count < RowsAtOnce * 4 && _acknowledged.TryDequeue(out var id))
            ids.Add(id);
        if (ids.Count == 0)
            return;
        try
        {
            await using var command = database.CreateCommand("delete from messaging.edge_outbox where id = any($1)");
            command.Parameters.Add(new() { Value = ids.ToArray() });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch
        {
            foreach (var id in ids)
                _acknowledged.Enqueue(id);
            throw;
        }
    }

    async Task PublishLeftBehindAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var select = new NpgsqlCommand(
            "select id, payload from messaging.edge_outbox where created_at < now() - $1 order by id limit $2 for update skip locked", connection)
        {
            Parameters = { new() { Value = LeftBehindAfter }, new() { Value = RowsAtOnce } },
        };
        var left = new List<EdgeReceipt>();
        await using (var rows = await select.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                left.Add(new EdgeReceipt(rows.GetGuid(0), PackedMessages.Unpack(rows.GetFieldValue<byte[]>(1))));
        }
        if (left.Count == 0)
            return;
        foreach (var receipt in left)
            await PublishAsync(receipt, cancellationToken);
        // Renewed, so that no other process takes them while the broker has yet to answer.
        await using var renew = new NpgsqlCommand("update messaging.edge_outbox set created_at = now() where id = any($1)", connection)
        {
            Parameters = { new() { Value = left.Select(r => r.Id).ToArray() } },
        };
        await renew.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        PublishedLeftBehind(logger, left.Count);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The edge outbox was not swept")]
    static partial void NotSwept(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Published {Count} requests that were committed but not acknowledged before")]
    static partial void PublishedLeftBehind(ILogger logger, int count);
}
