using System.Globalization;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Cli.Train;

/// <summary>A file of transactions with labels, as history to learn from.</summary>
static class LabelledFile
{
    /// <summary>The transactions in the order of time, and how many rows were skipped.</summary>
    /// <exception cref="CommandException">The file cannot be read, or no row has a label.</exception>
    public static (List<LabelledEvent> History, int Skipped) Read(PublishOptions file, string? labelsPath, CancellationToken stop)
    {
        var labels = labelsPath is null ? null : Labels(labelsPath);
        var history = new List<LabelledEvent>();
        var skipped = 0;
        var known = false;
        using var reader = new StreamReader(file.Path);
        foreach (var row in file.Rows(reader))
        {
            stop.ThrowIfCancellationRequested();
            if (row.Transaction is not { } transaction)
            {
                skipped++;
                continue;
            }
            known |= labels is not null || row.Label is not null;
            var fraud = labels?.Contains(transaction.TransactionId) ?? row.Label?.Fraud ?? false;
            history.Add(new(FeatureEvents.Of(transaction, transaction.OccurredAt), fraud));
        }
        if (!known)
            throw new CommandException("no_labels", "The rows say nothing about frauds: give the file of labels with --labels, or a file of the Handbook's columns with TX_FRAUD.");
        // In the order of time, rows of equal times as they stand.
        return ([.. history.OrderBy(h => h.Event.AtMs)], skipped);
    }

    // Frauds only: whatever is not named is genuine.
    static HashSet<Guid> Labels(string path)
    {
        if (!File.Exists(path))
            throw new CommandException("file_not_found", $"There is no file {path}.");
        var frauds = new HashSet<Guid>();
        using var reader = new StreamReader(path);
        foreach (var (number, text, tooLong) in FileLines.Read(reader))
        {
            if (tooLong || text.Split(',') is not [var id, var fraud, ..])
                throw new CommandException("bad_labels", $"line {number}: transactionId,fraud");
            if (number == 1 && id == "transactionId")
                continue;
            if (!Guid.TryParse(id, CultureInfo.InvariantCulture, out var transactionId) || fraud is not ("0" or "1"))
                throw new CommandException("bad_labels", $"line {number}: a transaction's id, then 0 or 1");
            if (fraud == "1")
                frauds.Add(transactionId);
        }
        return frauds;
    }
}
