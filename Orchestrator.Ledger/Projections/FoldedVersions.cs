using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// The table <c>watermark</c> of a generation: up to which version each account is folded. It is what makes an event fold once, whichever way it comes,
/// and the sum of its versions is the number of events folded.
/// </summary>
static class FoldedVersions
{
    public const string Table = "watermark";

    public static string CreateSql(string schema) => $"""
        create table {schema}.{Table} (
            version    bigint not null check (version > 0),
            account_id text   collate "C" not null primary key
        ) with (fillfactor = 50, autovacuum_vacuum_threshold = 20000, autovacuum_analyze_threshold = 100000);
        """;

    /// <summary>The versions of those accounts that have any.</summary>
    public static async Task<Dictionary<string, long>> ReadAsync(
        NpgsqlDataSource database, string schema, IReadOnlyCollection<string> accountIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select account_id, version from {schema}.{Table} where account_id = any($1)");
        command.Parameters.Add(PgArray.Of(NpgsqlDbType.Text, accountIds.ToArray()));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
            versions.Add(rows.GetString(0), rows.GetInt64(1));
        return versions;
    }

    /// <summary>Moves accounts on from the versions that they were at, or fails the unit.</summary>
    public static void Move(UnitOfWork work, string schema, IReadOnlyList<FoldedAccount> moved)
    {
        var begun = moved.Where(m => m.From == 0).ToList();
        var further = moved.Where(m => m.From > 0).ToList();
        if (begun.Count > 0)
        {
            work.WriteRows(
                new NpgsqlBatchCommand($"insert into {schema}.{Table} (account_id, version) select * from unnest($1, $2)")
                {
                    Parameters = { PgArray.Column(begun, NpgsqlDbType.Text, m => m.AccountId), PgArray.Column(begun, NpgsqlDbType.Bigint, m => m.To) },
                }, begun.Count);
        }
        if (further.Count > 0)
        {
            work.WriteRows(
                new NpgsqlBatchCommand(
                    $"update {schema}.{Table} w set version = u.next from unnest($1, $2, $3) as u (account_id, now, next) where w.account_id = u.account_id and w.version = u.now")
                {
                    Parameters =
                    {
                        PgArray.Column(further, NpgsqlDbType.Text, m => m.AccountId),
                        PgArray.Column(further, NpgsqlDbType.Bigint, m => m.From),
                        PgArray.Column(further, NpgsqlDbType.Bigint, m => m.To),
                    },
                }, further.Count);
        }
    }

    /// <summary>Sets accounts to the last of <paramref name="events"/>, where nobody else folds.</summary>
    public static NpgsqlBatchCommand Set(string schema, IReadOnlyList<LedgerEventRecorded> events)
    {
        var last = events.GroupBy(e => e.AccountId, StringComparer.Ordinal).Select(g => (AccountId: g.Key, g.Last().Version)).ToList();
        return new NpgsqlBatchCommand(
            $"""
            insert into {schema}.{Table} (account_id, version) select * from unnest($1, $2)
            on conflict (account_id) do update set version = excluded.version
            """)
        {
            Parameters = { PgArray.Column(last, NpgsqlDbType.Text, l => l.AccountId), PgArray.Column(last, NpgsqlDbType.Bigint, l => l.Version) },
        };
    }
}

/// <summary>An account that a unit folds events of.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="From">The last version that was folded before; 0 for none.</param>
/// <param name="To">The last version that the unit folds.</param>
readonly record struct FoldedAccount(string AccountId, long From, long To);
