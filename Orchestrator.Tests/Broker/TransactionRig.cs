using System.Buffers.Binary;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Records;
using Orchestrator.Broker.Requests;
using Orchestrator.Broker.Transactions;

namespace Orchestrator.Tests.Broker;

/// <summary>Partitions, positions and a coordinator in a directory, without a server: all that a broker has of transactions, to be killed and opened again.</summary>
internal sealed class TransactionRig : IDisposable
{
    public const string Topic = "t";
    public const string Group = "g";
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(50);

    readonly string _directory;
    readonly int _partitions;
    readonly TransactionOptions _options;
    long _producerId = 100;
    int _findsLeft = int.MaxValue;

    public TransactionRig(string directory, int partitions = 3, TransactionOptions? options = null)
    {
        _directory = directory;
        _partitions = partitions;
        _options = options ?? new TransactionOptions();
        Open();
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(50));

    public PartitionLog[] Logs { get; private set; } = [];

    public GroupOffsets Offsets { get; private set; } = null!;

    public TransactionCoordinator Coordinator { get; private set; } = null!;

    /// <summary>How large the journal of transactions is.</summary>
    public long JournalBytes => new FileInfo(Journal).Length;

    string Journal => Path.Combine(_directory, TransactionStore.FileName);

    void Open()
    {
        // Small files, so that there are several; what was before the first one's end stays.
        Logs = [.. Enumerable.Range(0, _partitions).Select(p => new PartitionLog(Path.Combine(_directory, $"{Topic}-{p}"), 600, long.MaxValue))];
        Offsets = new GroupOffsets(_directory);
        Coordinator = new TransactionCoordinator(new TransactionStore(_directory, _options), Find, Offsets, () => ++_producerId, Time, _options);
        Coordinator.Recover(Logs);
    }

    PartitionLog? Find(TransactionPartition partition)
    {
        if (_findsLeft-- == 0)
            throw new OperationCanceledException("killed");
        return (uint)partition.Number < (uint)Logs.Length ? Logs[partition.Number] : null;
    }

    /// <summary>The process is killed, and the next one started.</summary>
    public void Restart()
    {
        _findsLeft = int.MaxValue;
        Dispose();
        Open();
    }

    /// <summary>Ends a producer's transaction, and is killed when the coordinator looks at that many partitions more.</summary>
    public void EndUntilKilled(TransactionalProducer who, bool isCommit, int looks)
    {
        _findsLeft = looks;
        Assert.Throws<OperationCanceledException>(() => Coordinator.End(who, isCommit));
        Restart();
    }

    /// <summary>The journal loses all behind so many bytes: the process was killed before it wrote it.</summary>
    public void RestartWithJournalOf(long bytes)
    {
        Dispose();
        using (var file = File.OpenWrite(Journal))
            file.SetLength(bytes);
        Open();
    }

    public TransactionalProducer Take(string id) => Coordinator.Take(id, Timeout, null) is (KafkaError.None, var number, var epoch)
        ? new TransactionalProducer(id, number, epoch)
        : throw new InvalidOperationException("the id was refused");

    /// <summary>Adds the partition to the transaction.</summary>
    public KafkaError Begin(TransactionalProducer who, int partition) => Coordinator.AddPartitions(who, [new TransactionPartition(Topic, partition)]);

    /// <summary>Appends one record, in the producer's transaction, or of nobody.</summary>
    public KafkaError Append(int partition, int value, out long offset, TransactionalProducer? who = null, int sequence = 0) =>
        Logs[partition].Append(Batch(value, who?.ProducerId ?? -1, who?.Epoch ?? -1, who is null ? -1 : sequence, who is not null), 1 << 20, out offset);

    public void Commit(TransactionalProducer who) => Assert.Equal(KafkaError.None, Coordinator.End(who, isCommit: true));

    public KafkaError Position(TransactionalProducer who, long offset) => Coordinator.AddGroup(who, Group) is not KafkaError.None and var error
        ? error
        : Coordinator.AddPositions(who, Group, [new GroupPosition(Topic, 0, offset, "")]);

    public long? Position() => Offsets.Find(Group, Topic, 0)?.Offset;

    /// <summary>What a client that reads what is committed hands to its application, by so many bytes at a time.</summary>
    public List<int> Read(int partition, int bytes = 1 << 20)
    {
        var log = Logs[partition];
        var values = new List<int>();
        for (var offset = log.StartOffset; ;)
        {
            using var answer = new KafkaWriter();
            var (error, written) = FetchedRecords.Write(11, log, offset, log.StableOffset, bytes, answer);
            Assert.Equal(KafkaError.None, error);
            if (written == 0)
                return values;
            var reader = new KafkaReader(answer.Written.ToArray());
            var aborted = reader.Array(a => (ProducerId: a.Int64(), First: a.Int64()));
            Assert.Equal(-1, reader.Int32());
            offset = TakeCommitted(reader.Bytes().ToArray(), aborted, values);
            Assert.Equal(0, reader.Remaining);
        }
    }

    // As a client does it (KIP-98, "Consumer changes"): from an aborted transaction's first offset on, its producer's records are left out until its control record.
    static long TakeCommitted(Span<byte> batches, List<(long ProducerId, long First)> aborted, List<int> values)
    {
        var leftOut = new HashSet<long>();
        var next = 0L;
        while (batches.Length > 0)
        {
            var batch = new RecordBatch(batches);
            var at = batch.LastOffset;
            leftOut.UnionWith(aborted.Where(a => a.First <= at).Select(a => a.ProducerId));
            aborted.RemoveAll(a => a.First <= at);
            if (batch.IsControl)
                leftOut.Remove(batch.ProducerId);
            else if (!batch.IsTransactional || !leftOut.Contains(batch.ProducerId))
                values.Add(BinaryPrimitives.ReadInt32BigEndian(batches[RecordBatch.HeaderBytes..]));
            next = at + 1;
            batches = batches[batch.TotalBytes..];
        }
        return next;
    }

    // The broker looks at nothing behind the header: four bytes stand for the record.
    static byte[] Batch(int value, long producerId, short epoch, int sequence, bool isTransactional)
    {
        var batch = new byte[RecordBatch.HeaderBytes + 4];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
        batch[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), (short)(isTransactional ? 1 << 4 : 0));
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), epoch);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), sequence);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), 1);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatch.HeaderBytes), value);
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Of(batch.AsSpan(21)));
        return batch;
    }

    public void Dispose()
    {
        Coordinator.Dispose();
        Offsets.Dispose();
        foreach (var log in Logs)
            log.Dispose();
    }
}
