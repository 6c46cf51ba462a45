using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Tests.Projections;

/// <summary>
/// Writes a row for every event, and has no key: an event that is folded twice is there twice. Folding may be made to fail, as a crash in the middle of
/// it would.
/// </summary>
sealed class CountingProjection(int version, Action? folding = null) : Projection
{
    public override string Name => "counting";

    public override int Version => version;

    public override string CreateSql(string schema) =>
        $"create table {schema}.counted (account_id text, event_version bigint, code_version int, lane int)";

    public override IReadOnlyList<NpgsqlBatchCommand> Fold(string schema, int partition, IReadOnlyList<LedgerEventRecorded> events)
    {
        folding?.Invoke();
        // The number of the code is no column: this command runs for its lane alone.
        return
        [
            new($"insert into {schema}.counted select a, v, $3, $4 from unnest($1, $2) as u (a, v)")
            {
                Parameters =
                {
                    new() { Value = events.Select(e => e.AccountId).ToArray() },
                    new() { Value = events.Select(e => e.Version).ToArray() },
                    new() { Value = version, NpgsqlDbType = NpgsqlDbType.Integer },
                    new() { Value = partition, NpgsqlDbType = NpgsqlDbType.Integer },
                },
            },
        ];
    }
}
