using System.Collections.Immutable;
using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Transactions;

/// <summary>
/// The records of the journal of transactions, in the primitives of Kafka's protocol: a transactional id with all that is known of it, or that it is forgotten.
/// A kind's number never changes its meaning.
/// </summary>
internal static class TransactionRecord
{
    const sbyte Known = 1;
    const sbyte Forgotten = 2;

    public static void Write(KafkaWriter writer, Transaction transaction)
    {
        writer.Int8(Known);
        writer.String(transaction.Id);
        writer.Int64(transaction.ProducerId);
        writer.Int16(transaction.Epoch);
        writer.Int16(transaction.LastEpoch);
        writer.Int64((long)transaction.Timeout.TotalMilliseconds);
        writer.Int8((sbyte)transaction.State);
        writer.Int64(transaction.BegunAt);
        writer.Array(transaction.Partitions, static (w, partition) =>
        {
            w.String(partition.Topic);
            w.Int32(partition.Number);
        });
        writer.Array(transaction.Positions, static (w, group) =>
        {
            w.String(group.Key);
            w.Array([.. group.Value.Values], static (p, position) =>
            {
                p.String(position.Topic);
                p.Int32(position.Partition);
                p.Int64(position.Offset);
                p.String(position.Metadata);
            });
        });
    }

    public static void WriteForgotten(KafkaWriter writer, string id)
    {
        writer.Int8(Forgotten);
        writer.String(id);
    }

    /// <summary>Tells what a record says.</summary>
    /// <exception cref="InvalidDataException">A kind that this version does not know.</exception>
    public static void Read(KafkaReader record, Action<Transaction> known, Action<string> forgotten)
    {
        switch (record.Int8())
        {
            case Known:
                known(ReadKnown(record));
                break;
            case Forgotten:
                forgotten(record.String());
                break;
            case var kind:
                throw new InvalidDataException($"the journal of transactions has a record of kind {kind}: a newer version has written it");
        }
    }

    static Transaction ReadKnown(KafkaReader record) =>
        new(record.String(), record.Int64(), record.Int16(), record.Int16(), TimeSpan.FromMilliseconds(record.Int64()))
        {
            State = (TransactionState)record.Int8(),
            BegunAt = record.Int64(),
            Partitions = [.. record.Array(static r => new TransactionPartition(r.String(), r.Int32()))],
            Positions = record.Array(static r => (Group: r.String(), Positions: r.Array(static p => new GroupPosition(p.String(), p.Int32(), p.Int64(), p.String()))))
                .ToImmutableDictionary(g => g.Group, g => g.Positions.ToImmutableDictionary(p => new TransactionPartition(p.Topic, p.Partition)), StringComparer.Ordinal),
        };

    /// <summary>What a record of it takes in the journal.</summary>
    public static long Size(Transaction transaction)
    {
        using var writer = new KafkaWriter();
        Write(writer, transaction);
        return Journal.FrameBytes + writer.Length;
    }
}
