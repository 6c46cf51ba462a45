using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Publish;

namespace Orchestrator.Cli.Labels;

/// <summary>Gives labels to the service, through its HTTP API.</summary>
public sealed class LabelsApi(ApiAccess access) : IDisposable
{
    /// <summary>How many labels go at once.</summary>
    public const int AtOnce = 500;

    readonly ApiCalls _calls = new(access, TimeSpan.FromSeconds(100));

    /// <summary>Gives the good rows of a file, and counts what became of them.</summary>
    /// <param name="rows">The file.</param>
    /// <param name="showErrors">How many bad rows to remember; all are counted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<LabelsSummary> PublishAsync(IEnumerable<LabelRow> rows, int showErrors, CancellationToken cancellationToken)
    {
        var skipped = new SkippedRows(showErrors);
        var (read, accepted, repeated) = (0L, 0L, 0L);
        foreach (var some in rows.Chunk(AtOnce))
        {
            read += some.Length;
            foreach (var row in some)
            {
                if (row.Error is { } error)
                    skipped.Add(row.Line, error);
            }
            var good = some.Where(r => r.Label is not null).ToList();
            if (good.Count == 0)
                continue;
            foreach (var item in (await _calls.PostAsync<LabelsBulk, LabelsAnswer>("v1/labels/bulk", new(good.ConvertAll(r => r.Label!)), cancellationToken)).Items)
            {
                if (item.Outcome is "accepted")
                    accepted++;
                else if (item.Outcome is "repeated")
                    repeated++;
                else
                    skipped.Add(good[item.Index].Line, ErrorOf(item));
            }
        }
        return new LabelsSummary(read, accepted, repeated, skipped.Count, skipped.ByCode, skipped.First);
    }

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();

    static RowError ErrorOf(LabelsItem item) => item switch
    {
        { Errors: [var first, ..] } => first,
        { Outcome: "unknown_transaction" } => new(item.Outcome, "transactionId", "a transaction that the service knows"),
        { Outcome: "exists" } => new("label_exists", "labelId", "an id that was not used for another label"),
        _ => new(item.Outcome, "", "a label that the service takes"),
    };

    sealed record LabelsBulk(IReadOnlyList<FileLabel> Labels);

    sealed record LabelsAnswer(IReadOnlyList<LabelsItem> Items);

    sealed record LabelsItem(int Index, string Outcome, IReadOnlyList<RowError>? Errors = null);
}

/// <summary>What became of a file of labels.</summary>
/// <param name="Rows">Rows read, the header and empty lines left out.</param>
/// <param name="Accepted">Labels that are new.</param>
/// <param name="Repeated">Labels that were given before.</param>
/// <param name="Skipped">Rows that were bad, or that the service refused.</param>
/// <param name="Errors">Those by the name of their error.</param>
/// <param name="FirstErrors">The first of them.</param>
public sealed record LabelsSummary(
    long Rows, long Accepted, long Repeated, long Skipped, IReadOnlyDictionary<string, long> Errors, IReadOnlyList<SkippedRow> FirstErrors);
