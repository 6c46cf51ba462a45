using System.Globalization;
using Npgsql;
using Orchestrator.Messaging.Telemetry.Stored;
using Orchestrator.Sagas.AccountSagas;

namespace Orchestrator.Sagas.Figures;

/// <summary>
/// How many accounts wait, in which state, and how long the oldest has. By an index that has those alone which wait: the others, which are open, closed or frozen by hand,
/// are not looked at, however many they are, and are told together as an estimate.
/// </summary>
public sealed class AccountSagaFigures(NpgsqlDataSource database) : IStoredFigures
{
    /// <summary>Up to how many accounts of a state are counted: beyond it the exact number tells nobody more. The oldest is found whatever their number.</summary>
    public const int Most = 10_000;

    const string Waiting = "orchestrator.account_sagas.waiting";
    const string WaitingAge = "orchestrator.account_sagas.waiting_age";
    const string Stored = "orchestrator.account_sagas.stored";

    // As in migrations/0094_waiting_accounts.sql: with other words PostgreSQL would not know that the index has them all.
    static readonly string[] States = [.. AccountStates.Stored.Where(AccountStates.Waits)];

    /// <inheritdoc />
    public string Name => "account_sagas";

    /// <inheritdoc />
    public IReadOnlyList<StoredGauge> Gauges { get; } =
    [
        new(Waiting, "{account}", "Accounts that wait for an answer or for people, by state, 10,000 of a state at most"),
        new(WaitingAge, "s", "How long the oldest of these has waited in its state"),
        new(Stored, "{account}", "Accounts that have a saga, waiting or not, as PostgreSQL estimates"),
    ];

    /// <summary>What is asked: a row for each state that waits, though there are none in it.</summary>
    internal static string Query { get; } =
        $"""
        select s.state, w.accounts::float8, coalesce(extract(epoch from now() - w.oldest), 0)::float8
        from unnest(array[{Listed}]) as s (state)
        cross join lateral (
            select count(*) as accounts, min(step_at) as oldest
            from (
                select step_at from sagas.account where state = s.state and state in ({Listed})
                order by step_at limit {Most.ToString(CultureInfo.InvariantCulture)}) as waiting) as w
        """;

    static string Listed => string.Join(", ", States.Select(s => $"'{s}'"));

    /// <inheritdoc />
    public async Task<IReadOnlyList<StoredFigure>> TakeAsync(CancellationToken cancellationToken)
    {
        var figures = new List<StoredFigure>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var waiting = new NpgsqlCommand(Query, connection))
        await using (var row = await waiting.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                var state = new KeyValuePair<string, object?>("state", AccountStates.Shown(row.GetString(0)));
                figures.Add(new(Waiting, row.GetDouble(1), state));
                figures.Add(new(WaitingAge, Math.Max(0, row.GetDouble(2)), state));
            }
        }
        await using var stored = new NpgsqlCommand("select greatest(reltuples, 0)::float8 from pg_class where oid = 'sagas.account'::regclass", connection);
        figures.Add(new(Stored, (double)(await stored.ExecuteScalarAsync(cancellationToken))!));
        return figures;
    }
}
