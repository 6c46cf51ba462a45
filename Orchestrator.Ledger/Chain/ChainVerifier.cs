using System.Data;
using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Chain;

/// <summary>
/// Walks every lane's chain from its beginning and computes it anew. One snapshot, read only, and one pass: the server sorts, the rows are streamed, and
/// memory does not grow with their number. It may run against a service at work.
/// </summary>
public sealed class ChainVerifier(NpgsqlDataSource database, TimeProvider time)
{
    const int ProgressEvery = 4_096;

    internal const string Rows = """
        select lane, lane_sequence, hash, account_id, version, type, amount_minor, command_id, effective_at, recorded_at,
            transaction_id, hold_id, contra_account_id, contra_version, reason,
            released_minor, expires_at, counterparty_account_id, reverses_transaction_id
        from ledger.event where lane is not null
        order by lane, lane_sequence, account_id, version
        """;

    // Of an account's events those without a chain are the oldest. Should there be more of them than there were, and no account that gives one away,
    // the last one is as good a guess as can be had.
    const string Unchained = """
        select account_id, version from ledger.event e
        where lane is null
            and exists (select from ledger.event c where c.account_id = e.account_id and c.version < e.version and c.lane is not null)
        limit 1
        """;

    const string LastUnchained = "select account_id, version from ledger.event where lane is null order by recorded_at desc limit 1";

    /// <summary>Walks all chains.</summary>
    /// <param name="exported">Heads that were exported earlier, to be found again on the way; several exports may be given.</param>
    /// <param name="progress">Told now and then how many events were hashed, and how many there are.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ChainOriginMissingException">The row that all chains begin with is gone.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached, or is not migrated.</exception>
    public async Task<ChainReport> RunAsync(IReadOnlyList<ChainHeads> exported, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var settings = new NpgsqlCommand("set transaction read only; set local work_mem = '64MB'; set local jit = off", connection))
            await settings.ExecuteNonQueryAsync(cancellationToken);
        return await WalkAsync(connection, exported, progress, cancellationToken);
    }

    /// <summary>As the connection's transaction sees it.</summary>
    internal async Task<ChainReport> WalkAsync(
        NpgsqlConnection connection, IReadOnlyList<ChainHeads> exported, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var heads = await ChainHeadReader.ReadAsync(connection, cancellationToken);
        var walks = new LaneWalks(heads, exported);
        var events = await WalkRowsAsync(connection, walks, heads.Lanes.Sum(l => l.Sequence), progress, cancellationToken);
        var problems = walks.End();
        var unchained = await CheckUnchainedAsync(connection, heads.EventsBefore, problems, cancellationToken);
        var seconds = time.GetElapsedTime(started).TotalSeconds;
        return new ChainReport(
            problems.Count == 0, events, walks.Count, unchained, Math.Round(seconds, 3), Math.Round(events / Math.Max(seconds, 0.001)), problems, heads);
    }

    static async Task<long> WalkRowsAsync(
        NpgsqlConnection connection, LaneWalks walks, long total, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Rows, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        long events = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            walks.Of(reader.GetInt16(0)).Take(Row(reader), reader.GetFieldValue<byte[]>(2));
            if (++events % ProgressEvery == 0)
                progress?.Invoke(events, total);
        }
        progress?.Invoke(events, total);
        return events;
    }

    internal static ChainedEvent Row(NpgsqlDataReader row) => new()
    {
        Lane = row.GetInt16(0),
        Sequence = row.GetInt64(1),
        AccountId = row.GetString(3),
        Version = row.GetInt64(4),
        Type = row.GetInt16(5),
        AmountMinor = row.GetInt64(6),
        CommandId = row.GetGuid(7),
        EffectiveAtMicros = Micros(row, 8),
        RecordedAtMicros = Micros(row, 9),
        TransactionId = row.Id(10),
        HoldId = row.Id(11),
        ContraAccountId = row.Text(12),
        ContraVersion = row.Number(13),
        Reason = row.Text(14),
        ReleasedMinor = row.Number(15),
        ExpiresAtMicros = row.IsDBNull(16) ? null : Micros(row, 16),
        CounterpartyAccountId = row.Text(17),
        ReversesTransactionId = row.Id(18),
    };

    // As the database keeps them, microseconds since 2000: what is no instant of the calendar must be hashed too. It may wrap, and stays one to one.
    static long Micros(NpgsqlDataReader row, int column) => unchecked(row.GetFieldValue<long>(column) + MicrosTo2000);

    const long MicrosTo2000 = 946_684_800_000_000;

    static async Task<long> CheckUnchainedAsync(
        NpgsqlConnection connection, long before, List<ChainProblem> problems, CancellationToken cancellationToken)
    {
        await using var count = new NpgsqlCommand("select count(*) from ledger.event where lane is null", connection) { CommandTimeout = 0 };
        var unchained = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        if (unchained > 0 && await FindAsync(connection, Unchained, cancellationToken) is var (account, version))
        {
            problems.Add(new(ChainFault.RowWithoutChain, null, null, account, version, "the row has no chain, and an older one of its account has"));
        }
        else if (unchained > before)
        {
            var last = await FindAsync(connection, LastUnchained, cancellationToken);
            problems.Add(new(
                ChainFault.RowWithoutChain, null, null, last?.AccountId, last?.Version,
                $"{unchained} rows have no chain, and {before} had none when the chains began; this one says that it was recorded last"));
        }
        if (unchained < before)
            problems.Add(new(ChainFault.RowsBeforeMissing, null, null, null, null, $"{unchained} rows have no chain, and {before} had none when the chains began"));
        return unchained;
    }

    static async Task<(string AccountId, long Version)?> FindAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetInt64(1)) : null;
    }
}
