using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Simulate;
using Orchestrator.Contracts.Accounts;

namespace Orchestrator.Cli.Publish;

/// <summary>Publishes one file. A Handbook file is read twice: once for its accounts, then for its transactions.</summary>
public sealed class PublishRun(PublishOptions options, TransactionPublisher? publisher, LagGate? gate, ServiceClient? service, TimeProvider time)
{
    readonly SkippedRows _skipped = new(options.ShowErrors);
    long _rows;
    long _published;
    long _accounts;
    long _labels;

    /// <summary>Runs to the end of the file.</summary>
    /// <param name="progress">Told what is done and the share of it, 0 to 1.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <exception cref="CommandException">The file cannot be read at all, or the producer cannot go on.</exception>
    public async Task<PublishSummary> RunAsync(Action<string, double> progress, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        if (options.Format == FileFormat.Handbook && publisher is not null)
            await OpenAccountsAsync(progress, cancellationToken);
        await PublishAsync(progress, cancellationToken);
        if (publisher is not null)
            await publisher.FlushAsync(cancellationToken);
        return new(
            _rows, _published, _skipped.Count, _accounts, _labels, publisher?.Failed ?? 0, _skipped.ByCode, _skipped.First,
            Math.Round(time.GetElapsedTime(start).TotalSeconds, 3));
    }

    async Task OpenAccountsAsync(Action<string, double> progress, CancellationToken cancellationToken)
    {
        var accounts = new Dictionary<string, OpenAccount>(StringComparer.Ordinal);
        foreach (var (row, share) in Rows(cancellationToken))
        {
            progress("reading accounts", share);
            if (row.Transaction is { } t)
            {
                accounts.TryAdd(t.SourceAccountId, HandbookAccounts.OpenCustomer(t.SourceAccountId, t.Currency));
                accounts.TryAdd(t.DestinationAccountId, HandbookAccounts.OpenTerminal(t.DestinationAccountId, t.Currency));
            }
        }
        var opening = new AccountOpening(publisher!, gate!, service!, time);
        await opening.OpenAsync(accounts.Values, () => progress("opening accounts", (double)++_accounts / accounts.Count), cancellationToken);
    }

    async Task PublishAsync(Action<string, double> progress, CancellationToken cancellationToken)
    {
        await using var labels = options.LabelsPath is { } path && !options.DryRun ? new LabelsFile(path) : null;
        var pacer = new Pacer(time);
        foreach (var (row, share) in Rows(cancellationToken))
        {
            progress(options.DryRun ? "checking" : "publishing", share);
            _rows++;
            if (row.Transaction is not { } transaction)
            {
                if (_skipped.Add(row.Line, row.Error!))
                    Terminal.Warn($"line {row.Line}: {row.Error}");
                continue;
            }
            if (publisher is not null)
            {
                if (options.Rate > 0)
                    await pacer.UntilAsync(TimeSpan.FromSeconds(_published / options.Rate), cancellationToken);
                await gate!.PassAsync(cancellationToken);
                await publisher.PublishAsync(transaction, transaction.TransactionId, cancellationToken);
            }
            _published++;
            if (labels is not null && row.Label is { } label)
            {
                await labels.WriteAsync($"{transaction.TransactionId}", label.Fraud ? "1" : "0", $"{label.Scenario}");
                _labels++;
            }
        }
    }

    IEnumerable<(FileRow Row, double Share)> Rows(CancellationToken cancellationToken)
    {
        using var file = Open();
        using var reader = new StreamReader(file);
        foreach (var row in options.Rows(reader))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return (row, file.CanSeek && file.Length > 0 ? (double)file.Position / file.Length : 0);
        }
    }

    FileStream Open()
    {
        try
        {
            return new FileStream(options.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file_unreadable", e.Message, e);
        }
    }
}
