using System.Runtime.InteropServices;
using Orchestrator.Cli.Labels;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Backtests;

namespace Orchestrator.Cli.Backtests;

/// <summary>
/// Labels of a file, by transaction. Where a row does not say when, it is known when the delay of labels is over; of several about one transaction the last by its time
/// counts, and of those without a time the last in the file.
/// </summary>
public sealed class PastLabels
{
    /// <summary>The most labels: some 2 GB.</summary>
    public const int Most = 20_000_000;

    readonly Dictionary<Guid, PastLabel[]> _labels = [];

    PastLabels(SkippedRows bad) => Bad = bad;

    /// <summary>None.</summary>
    public static PastLabels None { get; } = new(new SkippedRows(0));

    /// <summary>Rows that were bad.</summary>
    public SkippedRows Bad { get; }

    /// <summary>How many transactions have labels.</summary>
    public int Count => _labels.Count;

    /// <summary>What was said about a transaction, the one that counts first.</summary>
    public IReadOnlyList<PastLabel> Of(Guid transactionId) => _labels.GetValueOrDefault(transactionId) ?? [];

    /// <summary>Reads a file, as <c>labels publish</c> does.</summary>
    /// <exception cref="CommandException">It cannot be read, or holds too many.</exception>
    public static PastLabels Read(string path, int showErrors)
    {
        if (!File.Exists(path))
            throw new CommandException("file_not_found", $"There is no file {path}.");
        var labels = new PastLabels(new SkippedRows(showErrors));
        try
        {
            using var reader = new StreamReader(path);
            var rows = Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase)
                ? LabelFiles.ReadCsv(reader, LabelSource.Chargeback)
                : LabelFiles.ReadJson(reader);
            foreach (var row in rows)
                labels.Add(row);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file_unreadable", e.Message, e);
        }
        return labels;
    }

    void Add(LabelRow row)
    {
        if (row.Label is not { } said)
        {
            Bad.Add(row.Line, row.Error!);
            return;
        }
        if (_labels.Count == Most)
            throw new CommandException("too_many_labels", $"More than {Most:N0} transactions have labels.");
        var at = said.LabelledAt ?? said.EffectiveAt ?? DateTimeOffset.UnixEpoch;
        var label = new PastLabel(said.IsFraud, at, said.EffectiveAt);
        ref var ofIt = ref CollectionsMarshal.GetValueRefOrAddDefault(_labels, said.TransactionId, out _);
        // The newest first; of equal times the later row.
        ofIt = ofIt is null ? [label] : [.. ofIt.Where(l => l.LabelledAt > at), label, .. ofIt.Where(l => l.LabelledAt <= at)];
    }
}
