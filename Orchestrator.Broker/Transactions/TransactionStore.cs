using Orchestrator.Broker.Logs;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Transactions;

/// <summary>
/// The transactional ids that are known. Each change is in the journal before it counts, handed to the operating system but not forced to the disk: it survives the
/// process. For one thread at a time.
/// </summary>
internal sealed class TransactionStore : IDisposable
{
    /// <summary>The journal's name in its directory.</summary>
    public const string FileName = "transactions.log";

    readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    readonly TransactionOptions _options;
    readonly Journal? _journal;
    long _liveBytes;
    long _use;

    /// <summary>Opens what a directory holds.</summary>
    /// <param name="directory">Where the journal is; null to keep ids in memory alone.</param>
    /// <param name="options">How many ids there may be, and how large the journal gets.</param>
    public TransactionStore(string? directory, TransactionOptions options)
    {
        _options = options;
        if (directory is null)
            return;
        Directory.CreateDirectory(directory);
        _journal = new Journal(Path.Combine(directory, FileName), options.CompactAboveBytes);
        try
        {
            _journal.Replay(record => TransactionRecord.Read(record, Keep, Drop));
        }
        catch
        {
            _journal.Dispose();
            throw;
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Transaction> All => [.. _entries.Values.Select(e => e.Transaction)];

    public long JournalBytes => _journal?.Length ?? 0;

    public Transaction? Find(string id) => _entries.GetValueOrDefault(id)?.Transaction;

    /// <summary>Puts an id in the place of what was known of it.</summary>
    /// <returns>False when the journal cannot be written, or there are too many: then all is as it was.</returns>
    public bool TryPut(Transaction transaction)
    {
        try
        {
            if (!_entries.ContainsKey(transaction.Id) && _entries.Count >= _options.MaxIds && !TryForgetOldest())
                return false;
            _journal?.Append(writer => TransactionRecord.Write(writer, transaction));
        }
        catch (IOException)
        {
            // The disk is full or gone. The client hears of it and tries again.
            return false;
        }
        Keep(transaction);
        CompactIfDead();
        return true;
    }

    bool TryForgetOldest()
    {
        var oldest = _entries.Values.Where(e => !e.Transaction.IsOpen).MinBy(e => e.UsedAt)?.Transaction.Id;
        if (oldest is null)
            return false;
        _journal?.Append(writer => TransactionRecord.WriteForgotten(writer, oldest));
        Drop(oldest);
        return true;
    }

    void Keep(Transaction transaction)
    {
        Drop(transaction.Id);
        var bytes = _journal is null ? 0 : TransactionRecord.Size(transaction);
        _entries[transaction.Id] = new Entry(transaction, bytes, ++_use);
        _liveBytes += bytes;
    }

    void Drop(string id)
    {
        if (_entries.Remove(id, out var entry))
            _liveBytes -= entry.Bytes;
    }

    // In the order in which they were used, so that it is known again.
    void CompactIfDead() => _journal?.CompactIfDead(_liveBytes, _entries.Values.OrderBy(e => e.UsedAt).Select<Entry, Action<KafkaWriter>>(
        e => writer => TransactionRecord.Write(writer, e.Transaction)));

    public void Dispose() => _journal?.Dispose();

    sealed record Entry(Transaction Transaction, long Bytes, long UsedAt);
}
