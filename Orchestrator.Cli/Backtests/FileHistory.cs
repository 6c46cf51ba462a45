using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Backtests;

namespace Orchestrator.Cli.Backtests;

/// <summary>
/// History from a file of transactions, as <c>publish</c> reads them, nearly in the order of time: what comes a little late is put in its place. Its lines are read while
/// others are judged, and never held all at once.
/// </summary>
/// <param name="file">The transactions.</param>
/// <param name="labels">What became of them; a file of the Handbook has its own beside them.</param>
/// <param name="time">The clock.</param>
public sealed class FileHistory(PublishOptions file, PastLabels labels, TimeProvider time) : IBacktestHistory
{
    /// <summary>How many rows late one may come.</summary>
    public const int MostLate = 10_000;

    const int Batch = 500;

    // Known when the delay of labels is over: the file says what it was, and not since when that was known.
    static readonly PastLabel[] Fraud = [new(IsFraud: true, DateTimeOffset.UnixEpoch)];
    static readonly PastLabel[] Genuine = [new(IsFraud: false, DateTimeOffset.UnixEpoch)];

    readonly SkippedRows _bad = new(file.ShowErrors);
    readonly PriorityQueue<(TransactionSubmitted Transaction, bool? IsFraud, long Line), Place> _waiting = new();

    /// <inheritdoc />
    public DateTimeOffset LabelsAsOf { get; } = time.GetUtcNow();

    /// <inheritdoc />
    public bool HasOlder { get; private set; }

    /// <inheritdoc />
    public long Skipped => _bad.Count;

    /// <summary>Rows that were bad.</summary>
    public SkippedRows Bad => _bad;

    /// <inheritdoc />
    public async IAsyncEnumerable<IReadOnlyList<PastTransaction>> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = Open();
        var batch = new List<PastTransaction>(Batch);
        var last = default(Place);
        foreach (var (transaction, isFraud, line) in InOrder(reader, from))
        {
            var place = new Place(transaction.OccurredAt.UtcTicks, transaction.TransactionId);
            if (place.CompareTo(last) < 0)
                throw new BacktestException("history_out_of_order", $"line {line} happened before one that stands more than {MostLate:N0} rows above it: sort the file by occurredAt.");
            last = place;
            if (transaction.OccurredAt >= to)
                break;
            batch.Add(new PastTransaction(transaction, transaction.OccurredAt, transaction.OccurredAt, Live: null, LabelsOf(transaction, isFraud)));
            if (batch.Count < Batch)
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            yield return batch;
            batch = new List<PastTransaction>(Batch);
        }
        if (batch.Count > 0)
            yield return batch;
        await Task.CompletedTask;
    }

    IEnumerable<(TransactionSubmitted Transaction, bool? IsFraud, long Line)> InOrder(StreamReader reader, DateTimeOffset from)
    {
        foreach (var row in file.Rows(reader))
        {
            if (row.Transaction is not { } transaction)
            {
                _bad.Add(row.Line, row.Error!);
                continue;
            }
            if (transaction.OccurredAt < from)
            {
                HasOlder = true;
                continue;
            }
            var item = (transaction, row.Label?.Fraud, row.Line);
            var place = new Place(transaction.OccurredAt.UtcTicks, transaction.TransactionId);
            if (_waiting.Count < MostLate)
                _waiting.Enqueue(item, place);
            else
                yield return _waiting.EnqueueDequeue(item, place);
        }
        while (_waiting.TryDequeue(out var item, out _))
            yield return item;
    }

    IReadOnlyList<PastLabel> LabelsOf(TransactionSubmitted transaction, bool? isFraud) =>
        labels.Of(transaction.TransactionId) is { Count: > 0 } given ? given : isFraud switch { true => Fraud, false => Genuine, null => [] };

    StreamReader Open()
    {
        try
        {
            return new StreamReader(new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, FileOptions.SequentialScan));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file_unreadable", e.Message, e);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Place(long Ticks, Guid Id) : IComparable<Place>
    {
        public int CompareTo(Place other) => Ticks != other.Ticks ? Ticks.CompareTo(other.Ticks) : Id.CompareTo(other.Id);
    }
}
