using Npgsql;
using Orchestrator.Messaging.Telemetry.Stored;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Figures;

/// <summary>
/// Where transactions stand, and how long those have waited that people should see. By the tally and the small table of what needs attention: the table of all sagas
/// is not looked at, however large it is.
/// </summary>
public sealed class SagaFigures(NpgsqlDataSource database) : IStoredFigures
{
    const int Most = 100_000;

    const string Transactions = "orchestrator.sagas.transactions";
    const string Attention = "orchestrator.sagas.attention";
    const string AttentionAge = "orchestrator.sagas.attention_age";
    const string PastDeadline = "orchestrator.sagas.past_deadline";

    // Shown though there are none.
    static readonly string[] Watched = ["held", "authorised", "compensation_failed", "stuck"];

    /// <inheritdoc />
    public string Name => "sagas";

    /// <inheritdoc />
    public IReadOnlyList<StoredGauge> Gauges { get; } =
    [
        new(Transactions, "{transaction}", "Transactions by where they stand now, those that have ended too, over all time"),
        new(Attention, "{transaction}", "Transactions that wait for people or were asked again too often, by state"),
        new(AttentionAge, "s", "How long the oldest of these has waited, by state"),
        new(PastDeadline, "{transaction}", "Transactions of these whose deadline is more than a minute past: their timer should have moved them"),
    ];

    /// <inheritdoc />
    public async Task<IReadOnlyList<StoredFigure>> TakeAsync(CancellationToken cancellationToken)
    {
        var figures = new List<StoredFigure>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var tally = new NpgsqlCommand("select state, sum(count)::float8 from sagas.tally group by state", connection))
        await using (var row = await tally.ExecuteReaderAsync(cancellationToken))
        {
            var counts = TransactionStates.Names.ToDictionary(n => n, _ => 0d, StringComparer.Ordinal);
            while (await row.ReadAsync(cancellationToken))
                counts[TransactionStates.Shown(row.GetString(0))] = row.GetDouble(1);
            figures.AddRange(counts.Select(c => new StoredFigure(Transactions, c.Value, State(c.Key))));
        }
        await ReadAttentionAsync(connection, figures, cancellationToken);
        return figures;
    }

    static async Task ReadAttentionAsync(NpgsqlConnection connection, List<StoredFigure> figures, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select case when stuck then 'stuck' else state end, count(*)::float8, extract(epoch from now() - min(since))::float8,
                (count(*) filter (where deadline_at < now() - interval '1 minute'))::float8
            from (select stuck, state, since, deadline_at from sagas.attention order by since, transaction_id limit {Most}) as waiting group by 1
            """, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = Watched.ToDictionary(s => s, _ => (Count: 0d, Age: 0d, Past: 0d), StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
            found[TransactionStates.Shown(row.GetString(0))] = (row.GetDouble(1), Math.Max(0, row.GetDouble(2)), row.GetDouble(3));
        foreach (var (state, (count, age, past)) in found)
        {
            figures.Add(new(Attention, count, State(state)));
            figures.Add(new(AttentionAge, age, State(state)));
            figures.Add(new(PastDeadline, past, State(state)));
        }
    }

    static KeyValuePair<string, object?> State(string shown) => new("state", shown);
}
