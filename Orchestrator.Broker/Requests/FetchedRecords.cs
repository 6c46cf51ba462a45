using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Records;

namespace Orchestrator.Broker.Requests;

/// <summary>
/// The end of a partition's part in the answer to Fetch: the aborted transactions that have something among its records, for the client to leave it out, and the records.
/// </summary>
internal static class FetchedRecords
{
    /// <summary>Writes that there are none.</summary>
    public static void WriteNone(short version, KafkaWriter answer)
    {
        WriteNoneAborted(version, answer);
        answer.Int32(0);
    }

    /// <summary>Reads and writes them.</summary>
    /// <param name="version">Of Fetch.</param>
    /// <param name="log">The partition.</param>
    /// <param name="offset">Where the client wants to read on.</param>
    /// <param name="stable">The last stable offset, read before, for who reads what is committed; else <see cref="long.MaxValue"/>.</param>
    /// <param name="most">How many bytes.</param>
    /// <param name="answer">Gets them.</param>
    /// <returns>How many bytes of records there are.</returns>
    public static (KafkaError Error, int Written) Write(short version, PartitionLog log, long offset, long stable, int most, KafkaWriter answer)
    {
        if (stable == long.MaxValue)
            return WriteBefore(long.MaxValue, version, log, offset, most, answer);
        var start = answer.Length;
        if (!log.HasTransactions)
        {
            // All there is, up to what has come since the offset was read. What has a transaction in it by now is read again.
            var read = WriteBefore(long.MaxValue, version, log, offset, most, answer);
            if (!log.HasTransactions)
                return read;
            answer.Rewind(start);
        }
        return log.HasAborted(offset) ? WriteWithAborted(version, log, offset, stable, most, answer) : WriteBefore(stable, version, log, offset, most, answer);
    }

    static (KafkaError Error, int Written) WriteBefore(long before, short version, PartitionLog log, long offset, int most, KafkaWriter answer)
    {
        WriteNoneAborted(version, answer);
        var lengthAt = answer.Length;
        answer.Int32(0);
        var error = log.Read(offset, before, most, answer, out var written);
        answer.PatchInt32(lengthAt, written);
        return (error, written);
    }

    // They stand before the records, and which they are is known behind: of a long backlog only those that these records need.
    static (KafkaError Error, int Written) WriteWithAborted(short version, PartitionLog log, long offset, long before, int most, KafkaWriter answer)
    {
        using var records = new KafkaWriter();
        var error = log.Read(offset, before, most, records, out var written);
        var aborted = written == 0 ? [] : log.Aborted(offset, EndOf(records.Last(written)));
        answer.Array(aborted, static (w, transaction) =>
        {
            w.Int64(transaction.ProducerId);
            w.Int64(transaction.FirstOffset);
        });
        WriteNoOtherReplica(version, answer);
        answer.Bytes(records.Last(written));
        return (error, written);
    }

    static long EndOf(Span<byte> batches)
    {
        var end = 0L;
        while (batches.Length > 0)
        {
            var batch = new RecordBatch(batches);
            end = batch.LastOffset + 1;
            batches = batches[batch.TotalBytes..];
        }
        return end;
    }

    static void WriteNoneAborted(short version, KafkaWriter answer)
    {
        answer.Int32(-1);
        WriteNoOtherReplica(version, answer);
    }

    static void WriteNoOtherReplica(short version, KafkaWriter answer)
    {
        if (version >= 11)
            answer.Int32(-1);
    }
}
