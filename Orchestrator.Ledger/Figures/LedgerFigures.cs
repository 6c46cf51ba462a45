using Npgsql;
using Orchestrator.Messaging.Telemetry.Stored;

namespace Orchestrator.Ledger.Figures;

/// <summary>What of the ledger's side work needs somebody: breaks that are open, projections that do not go on. Looked at less often, for breaks are found by a join.</summary>
public sealed class LedgerFigures(NpgsqlDataSource database) : IStoredFigures
{
    const int Most = 10_000;

    const string Breaks = "orchestrator.reconciliation.breaks";
    const string BreaksAge = "orchestrator.reconciliation.breaks_age";
    const string Building = "orchestrator.projections.building";
    const string Failing = "orchestrator.projections.failing";

    /// <inheritdoc />
    public string Name => "ledger";

    /// <inheritdoc />
    public int Every => 4;

    /// <inheritdoc />
    public IReadOnlyList<StoredGauge> Gauges { get; } =
    [
        new(Breaks, "{line}", "Breaks that are open in the statements imported last, 10,000 at most"),
        new(BreaksAge, "s", "How long ago the oldest statement with an open break among these was imported"),
        new(Building, "{projection}", "Generations of projections that are being built"),
        new(Failing, "{projection}", "Generations that are being built and cannot go on, as of their last try"),
    ];

    /// <inheritdoc />
    public async Task<IReadOnlyList<StoredFigure>> TakeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select coalesce(b.breaks, 0)::float8, coalesce(extract(epoch from now() - b.oldest), 0)::float8, p.building::float8, p.failing::float8
            from (
                select count(*) as building, count(*) filter (where error is not null) as failing
                from ledger.projection where state in ('requested', 'copying', 'catching_up')) as p
            cross join (
                select count(*) as breaks, min(imported_at) as oldest
                from (
                    select s.imported_at from (select statement_id, imported_at from ledger.external_statement order by imported_at desc limit 100) as s
                    join ledger.external_line_state as l on l.statement_id = s.statement_id
                    where l.status <> 'matched' and l.open limit {Most}) as lines) as b
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return [new(Breaks, row.GetDouble(0)), new(BreaksAge, Math.Max(0, row.GetDouble(1))), new(Building, row.GetDouble(2)), new(Failing, row.GetDouble(3))];
    }
}
