using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Npgsql;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>
/// History as this service has kept it: decisions with their transactions, and labels. It is read page by page, each a query of its own by the index: a cursor over all of it
/// would hold a snapshot for as long as the backtest runs, and keep the database from tidying up behind everything else.
/// </summary>
/// <param name="database">The store.</param>
/// <param name="time">The clock.</param>
public sealed class StoredHistory(NpgsqlDataSource database, TimeProvider time) : IBacktestHistory
{
    /// <summary>How many decisions are read at once.</summary>
    public const int Page = 1_000;

    // As the index has it.
    const string EventAt = "coalesce(event_at, assessed_at)";

    const string Pages =
        $"""
        from decisioning.decision where ({EventAt}, transaction_id) > ($1, $2) and {EventAt} < $3 order by {EventAt}, transaction_id limit $4
        """;

    const string Decisions =
        $"""
        select {EventAt}, transaction_id, outcome, score, assessed_at, details->>'receivedAt', details->>'rulesVersion', details->>'modelVersion', details->>'featureSchema',
            details->>'transaction', features
        {Pages}
        """;

    const string Labels =
        $"""
        select l.transaction_id, l.is_fraud, l.labelled_at, l.effective_at
        from (select transaction_id {Pages}) p join decisioning.label l using (transaction_id)
        order by l.transaction_id, l.labelled_at desc, l.label_id desc
        """;

    static readonly IReadOnlyList<PastLabel> NoLabels = [];

    /// <inheritdoc />
    public DateTimeOffset LabelsAsOf { get; } = time.GetUtcNow();

    /// <inheritdoc />
    public bool HasOlder { get; private set; }

    /// <inheritdoc />
    public long Skipped { get; private set; }

    /// <inheritdoc />
    public async IAsyncEnumerable<IReadOnlyList<PastTransaction>> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HasOlder = await HasOlderAsync(from, cancellationToken);
        // No id is below that of all zeros, which no transaction has.
        var place = new Place(from, Guid.Empty);
        while (true)
        {
            var page = await ReadAsync(place, to, cancellationToken);
            if (page.Items.Count > 0)
                yield return page.Items;
            if (page.Last is not { } last)
                yield break;
            place = last;
        }
    }

    async Task<bool> HasOlderAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select exists (select from decisioning.decision where {EventAt} < $1)");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = from.ToUniversalTime() });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // A decision may come between the two queries; its labels alone are of no use to anybody.
    async Task<(List<PastTransaction> Items, Place? Last)> ReadAsync(Place after, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(Labels, after, to), Command(Decisions, after, to) } };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var labels = await LabelsAsync(rows, cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var (read, last) = (0, default(Place));
        var items = new List<PastTransaction>(Page);
        while (await rows.ReadAsync(cancellationToken))
        {
            read++;
            last = new Place(rows.GetFieldValue<DateTimeOffset>(0), rows.GetGuid(1));
            if (Past(rows, labels.GetValueOrDefault(last.Id, NoLabels)) is { } past)
                items.Add(past);
            else
                Skipped++;
        }
        return (items, read == Page ? last : null);
    }

    static async Task<Dictionary<Guid, IReadOnlyList<PastLabel>>> LabelsAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<Guid, IReadOnlyList<PastLabel>>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var (id, label) = (rows.GetGuid(0), new PastLabel(rows.GetBoolean(1), rows.GetFieldValue<DateTimeOffset>(2), rows.Instant(3)));
            ref var ofIt = ref CollectionsMarshal.GetValueRefOrAddDefault(labels, id, out var known);
            if (!known)
                ofIt = [label];
            else if (ofIt!.Count < Decisioning.Labels.LabelReader.Most)
                ofIt = [.. ofIt, label];
        }
        return labels;
    }

    static PastTransaction? Past(NpgsqlDataReader row, IReadOnlyList<PastLabel> labels)
    {
        if (row.IsDBNull(9) || JsonSerializer.Deserialize(row.GetString(9), ContractJson.Default.TransactionSubmitted) is not { } transaction)
            return null;
        var assessedAt = row.GetFieldValue<DateTimeOffset>(4);
        var model = row.Text(7);
        return new PastTransaction(
            transaction, Received(row.Text(5)) ?? assessedAt, assessedAt,
            new PastDecision(
                (FraudOutcome)row.GetInt16(2), row.GetInt16(3), model is null ? row.GetString(6) : $"{row.GetString(6)} + {model}", row.Text(8),
                row.IsDBNull(10) ? null : row.GetFieldValue<byte[]>(10)),
            labels);
    }

    static DateTimeOffset? Received(string? text) =>
        text is not null && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var instant) ? instant : null;

    static NpgsqlBatchCommand Command(string sql, Place after, DateTimeOffset to) => new(sql)
    {
        Parameters =
        {
            new NpgsqlParameter<DateTimeOffset> { TypedValue = after.At.ToUniversalTime() },
            new NpgsqlParameter<Guid> { TypedValue = after.Id },
            new NpgsqlParameter<DateTimeOffset> { TypedValue = to.ToUniversalTime() },
            new NpgsqlParameter<int> { TypedValue = Page },
        },
    };

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Place(DateTimeOffset At, Guid Id);
}
