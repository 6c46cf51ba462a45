using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Lanes;

namespace Orchestrator.Ledger.Storage;

/// <summary>What a unit of work reads, in one round trip: accounts, holds and earlier answers that are not in memory.</summary>
sealed class LedgerReads(NpgsqlDataSource database, LedgerMemory memory, int partition)
{
    const string AccountColumns = """
        account_id, kind, customer_id, currency, overdraft_minor, per_transaction_minor, version,
        debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor, opened_at, status
        """;

    const string Accounts = $"select {AccountColumns} from ledger.account where account_id = any($1)";

    // A range each, for the names are ordered by bytes and ';' follows ':'.
    const string Contras = $"""
        select {AccountColumns} from ledger.account
        where ((account_id >= 'clearing:' and account_id < 'clearing;') or (account_id >= 'settlement:' and account_id < 'settlement;'))
            and right(account_id, length($1)) = $1
        """;

    const string Holds = """
        select h.command_id, h.account_id, h.amount_minor, r.type
        from ledger.event h left join ledger.event r on r.hold_id = h.command_id and r.type in (3, 4)
        where h.command_id = any($1) and h.type = 2
        """;

    const string Accepted = """
        select e.command_id, e.recorded_at, e.type, e.account_id, e.transaction_id, e.hold_id, e.amount_minor, a.currency
        from ledger.event e join ledger.account a on a.account_id = e.account_id
        where e.command_id = any($1)
        """;

    const string Refused = "select command_id, decided_at, fingerprint, reason from ledger.refusal where command_id = any($1)";

    /// <summary>Reads what is asked for into the memory.</summary>
    public async ValueTask LoadAsync(
        IReadOnlyCollection<string> accountIds, IReadOnlyCollection<Guid> holdIds, IReadOnlyCollection<Guid> commandIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        var readers = new List<Func<NpgsqlDataReader, CancellationToken, Task>>(5);
        if (!memory.KnowsContras)
            Ask(new(Contras) { Parameters = { new NpgsqlParameter<string> { TypedValue = ContraAccounts.Suffix(partition) } } }, ReadContrasAsync);
        if (accountIds.Count > 0)
            Ask(new(Accounts) { Parameters = { PgArray.Of(NpgsqlDbType.Text, accountIds.ToArray()) } }, ReadAccountsAsync);
        if (holdIds.Count > 0)
            Ask(new(Holds) { Parameters = { PgArray.Of(NpgsqlDbType.Uuid, holdIds.ToArray()) } }, ReadHoldsAsync);
        if (commandIds.Count > 0)
        {
            var ids = commandIds.ToArray();
            Ask(new(Accepted) { Parameters = { PgArray.Of(NpgsqlDbType.Uuid, ids) } }, ReadAcceptedAsync);
            Ask(new(Refused) { Parameters = { PgArray.Of(NpgsqlDbType.Uuid, ids) } }, ReadRefusedAsync);
        }
        if (readers.Count == 0)
            return;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            foreach (var read in readers)
            {
                await read(reader, cancellationToken);
                await reader.NextResultAsync(cancellationToken);
            }
        }
        // Only now is it known that what was not found is not there.
        foreach (var id in accountIds)
            memory.LearnAbsentAccount(id);
        foreach (var id in holdIds)
            memory.LearnAbsentHold(id);
        foreach (var id in commandIds)
            memory.LearnNewCommand(id);

        void Ask(NpgsqlBatchCommand command, Func<NpgsqlDataReader, CancellationToken, Task> read)
        {
            batch.BatchCommands.Add(command);
            readers.Add(read);
        }
    }

    /// <summary>An account of a row that has the columns of <see cref="AccountColumns"/>.</summary>
    static AccountState Account(NpgsqlDataReader row) => new(
        row.GetString(0), (AccountKind)row.GetInt16(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3),
        row.GetInt64(4), row.IsDBNull(5) ? null : row.GetInt64(5), row.GetInt64(6),
        new AccountCounters(row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10)), row.GetFieldValue<DateTimeOffset>(11),
        (AccountStatus)row.GetInt16(12));

    async Task ReadAccountsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
            memory.Learn(Account(reader));
    }

    async Task ReadContrasAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
            memory.LearnContra(Account(reader));
        memory.LearnAllContras();
    }

    async Task ReadHoldsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            var resolution = reader.IsDBNull(3)
                ? HoldResolution.Open
                : EventTypeCode.Read(reader.GetInt16(3)) is LedgerEventType.HoldCaptured ? HoldResolution.Captured : HoldResolution.Released;
            var hold = new HoldState(reader.GetGuid(0), reader.GetString(1), reader.GetInt64(2), resolution);
            memory.Learn(hold);
        }
    }

    async Task ReadAcceptedAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            var fingerprint = CommandFingerprint.OfEvent(
                EventTypeCode.Read(reader.GetInt16(2)), reader.GetString(3), reader.IsDBNull(4) ? Guid.Empty : reader.GetGuid(4),
                reader.IsDBNull(5) ? null : reader.GetGuid(5), reader.GetInt64(6), reader.GetString(7));
            memory.Learn(reader.GetGuid(0), new FirstReply(fingerprint, null, reader.GetFieldValue<DateTimeOffset>(1)));
        }
    }

    async Task ReadRefusedAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
            memory.Learn(reader.GetGuid(0), new FirstReply(reader.GetGuid(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(1)));
    }
}
