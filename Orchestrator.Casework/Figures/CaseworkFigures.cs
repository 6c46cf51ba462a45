using Npgsql;
using Orchestrator.Messaging.Telemetry.Stored;

namespace Orchestrator.Casework.Figures;

/// <summary>What waits for people and for webhooks' receivers: by the indexes of what is open, counted up to a bound.</summary>
public sealed class CaseworkFigures(NpgsqlDataSource database) : IStoredFigures
{
    const int Most = 10_000;

    const string Open = "orchestrator.cases.open";
    const string Overdue = "orchestrator.cases.overdue";
    const string Deliveries = "orchestrator.webhooks.waiting";
    const string DeliveriesAge = "orchestrator.webhooks.overdue_age";

    /// <inheritdoc />
    public string Name => "casework";

    /// <inheritdoc />
    public int Every => 2;

    /// <inheritdoc />
    public IReadOnlyList<StoredGauge> Gauges { get; } =
    [
        new(Open, "{case}", "Cases that are open, 10,000 at most"),
        new(Overdue, "{case}", "Open cases that should be closed by now, of these"),
        new(Deliveries, "{delivery}", "Events that webhooks have not taken yet, 10,000 at most"),
        new(DeliveriesAge, "s", "How long ago the next try was due that has waited longest"),
    ];

    /// <inheritdoc />
    public async Task<IReadOnlyList<StoredFigure>> TakeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select c.open::float8, c.overdue::float8, d.waiting::float8, coalesce(extract(epoch from now() - d.next), 0)::float8
            from (
                select count(*) as open, count(*) filter (where due_at < now()) as overdue
                from (select due_at from casework.work_case where state <> 'closed' order by due_at, case_id limit {Most}) as cases) as c
            cross join (
                select count(*) as waiting, min(next_at) as next
                from (select next_at from casework.webhook_delivery where state = 'pending' order by next_at limit {Most}) as deliveries) as d
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return [new(Open, row.GetDouble(0)), new(Overdue, row.GetDouble(1)), new(Deliveries, row.GetDouble(2)), new(DeliveriesAge, Math.Max(0, row.GetDouble(3)))];
    }
}
