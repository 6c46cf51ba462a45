using Npgsql;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Outbox;

/// <summary>
/// What a lane has committed and not yet seen acknowledged. Units are published in order; the acknowledged prefix may be deleted. When the broker
/// refuses a message, nothing more is published until the rows are read again and published from the first that is not acknowledged, in order.
/// </summary>
internal sealed class LaneOutbox(LaneGrant grant, KafkaProducer producer, int wakeAt, Action wake)
{
    readonly Lock _lock = new();
    readonly Queue<UnitUnderWay> _underWay = new();
    int _messagesUnderWay;
    long _acknowledgedSeq;
    bool _failed;

    /// <summary>The last unit of which every message, and of all units before, is acknowledged.</summary>
    public long AcknowledgedSeq => Interlocked.Read(ref _acknowledgedSeq);

    /// <summary>How many messages wait for the broker.</summary>
    public int MessagesUnderWay => Volatile.Read(ref _messagesUnderWay);

    /// <summary>Whether the broker has refused a message: <see cref="RepublishAsync"/> is due.</summary>
    public bool Failed => Volatile.Read(ref _failed);

    /// <summary>Publishes a committed unit's messages.</summary>
    public async ValueTask PublishAsync(long seq, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        var unit = new UnitUnderWay(seq, messages.Count);
        lock (_lock)
        {
            if (_failed)
                return;
            _underWay.Enqueue(unit);
            _messagesUnderWay += messages.Count;
        }
        foreach (var message in messages)
        {
            // After a refusal nothing of this lane may overtake the refused message.
            if (Failed)
                Settle(unit, delivered: false);
            else
                await producer.ProduceAsync(message, delivered => Settle(unit, delivered), cancellationToken);
        }
    }

    /// <summary>Publishes every row that is still there, in order, and waits until all are acknowledged.</summary>
    /// <returns>The sequence number of the last row, or null when there was none.</returns>
    /// <exception cref="OutboxNotPublishedException">The broker refused again.</exception>
    public async Task<long?> RepublishAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await SettledAsync(cancellationToken);
        lock (_lock)
        {
            _underWay.Clear();
            _failed = false;
        }
        long? last = null;
        while (true)
        {
            var units = await ReadAsync(database, last ?? AcknowledgedSeq, cancellationToken);
            if (units.Count == 0)
                return last;
            foreach (var (seq, payload) in units)
            {
                await PublishAsync(seq, PackedMessages.Unpack(payload), cancellationToken);
                last = seq;
            }
            await SettledAsync(cancellationToken);
            if (Failed)
                throw new OutboxNotPublishedException(grant.Lane, producer.LastRefusal);
        }
    }

    /// <summary>Waits until the broker has answered for every message under way.</summary>
    public async Task SettledAsync(CancellationToken cancellationToken)
    {
        while (MessagesUnderWay > 0)
            await Task.Delay(1, cancellationToken);
    }

    async Task<List<(long Seq, byte[] Payload)>> ReadAsync(NpgsqlDataSource database, long afterSeq, CancellationToken cancellationToken)
    {
        const int unitsAtOnce = 64;
        await using var command = database.CreateCommand(
            "select seq, payload from messaging.outbox where group_id = $1 and partition = $2 and seq > $3 order by seq limit $4");
        command.Parameters.Add(new() { Value = grant.GroupId });
        command.Parameters.Add(new() { Value = grant.Lane.Partition });
        command.Parameters.Add(new() { Value = afterSeq });
        command.Parameters.Add(new() { Value = unitsAtOnce });
        var units = new List<(long, byte[])>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            units.Add((reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
        return units;
    }

    void Settle(UnitUnderWay unit, bool delivered)
    {
        lock (_lock)
        {
            _messagesUnderWay--;
            unit.Remaining--;
            if (!delivered)
                _failed = true;
            while (!_failed && _underWay.TryPeek(out var first) && first.Remaining == 0)
            {
                _underWay.Dequeue();
                Interlocked.Exchange(ref _acknowledgedSeq, first.Seq);
            }
        }
        if (_failed || _messagesUnderWay == wakeAt)
            wake();
    }

    sealed class UnitUnderWay(long seq, int remaining)
    {
        public long Seq { get; } = seq;

        public int Remaining { get; set; } = remaining;
    }
}

/// <summary>What a lane has committed was not published: the broker refused it, or the schema registry is away. The lane pauses and publishes again.</summary>
internal sealed class OutboxNotPublishedException(LaneId lane, string? reason) : Exception($"The outbox of {lane} was not published: {reason}");
