using Npgsql;
using Orchestrator.Ledger.Deciding;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Ledger.Replay;

/// <summary>Takes away snapshots that an older version of the code has folded: they are passed over, and nobody needs them any more.</summary>
public sealed class OldSnapshots(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most that one step deletes.</summary>
    public const int AtOnce = 2_000;

    // While a new version comes in, processes of the old one still run, and may be what one goes back to.
    static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>One step.</summary>
    /// <returns>How many went.</returns>
    public async Task<int> DeleteAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            delete from ledger.snapshot s using (
                select account_id, version from ledger.snapshot where fold_version < $1 and taken_at < $2 limit $3 for update skip locked
            ) old
            where s.account_id = old.account_id and s.version = old.version
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(LedgerFold.Version), Of(time.GetUtcNow() - Kept), Of(AtOnce) });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
