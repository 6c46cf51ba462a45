using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Chain;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Lanes;
using Orchestrator.Ledger.Linked;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Storage;

/// <summary>What a unit of work reads, in one round trip: accounts, holds and earlier answers that are not in memory.</summary>
sealed class LedgerReads(NpgsqlDataSource database, LedgerMemory memory, int partition)
{
    /// <summary>What <see cref="Account"/> reads, in its order.</summary>
    internal const string AccountColumns = """
        account_id, kind, customer_id, currency, overdraft_minor, per_transaction_minor, version,
        debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor, opened_at, status,
        per_day_minor, spent_on, spent_minor
        """;

    const string Accounts = $"select {AccountColumns} from ledger.account where account_id = any($1)";

    // A range each, for the names are ordered by bytes and ';' follows ':'.
    const string Contras = $"""
        select {AccountColumns} from ledger.account
        where ((account_id >= 'clearing:' and account_id < 'clearing;') or (account_id >= 'settlement:' and account_id < 'settlement;')
                or (account_id >= 'fee:' and account_id < 'fee;') or (account_id >= 'suspense:' and account_id < 'suspense;'))
            and right(account_id, length($1)) = $1
        """;

    const string Holds = """
        select h.command_id, h.account_id, h.amount_minor, r.type, h.expires_at, h.counterparty_account_id, h.reverses_transaction_id, r.reason, l.chain_id
        from ledger.event h left join ledger.event r on r.hold_id = h.command_id and r.type in (3, 4, 10)
        left join ledger.linked_leg l on l.transfer_id = h.command_id and l.side = 0
        where h.command_id = any($1) and h.type = 2
        """;

    const string Accepted = """
        select e.command_id, e.recorded_at, e.type, e.account_id, e.transaction_id, e.hold_id, e.amount_minor, a.currency,
            e.contra_account_id, e.released_minor, e.expires_at, e.reverses_transaction_id
        from ledger.event e join ledger.account a on a.account_id = e.account_id
        where e.command_id = any($1)
        """;

    // Who holds the amount to send it back has undone the credit, or is about to, unless that came to nothing.
    const string Received = """
        select c.command_id, c.account_id, c.counterparty_account_id, c.amount_minor, c.transaction_id, exists (
            select from ledger.event h
            where h.reverses_transaction_id = c.transaction_id and h.type = 2
                and not exists (select from ledger.event r where r.hold_id = h.command_id and r.type in (4, 10)))
        from ledger.event c
        where c.command_id = any($1) and c.type = 5 and c.counterparty_account_id is not null and c.transaction_id is not null
        """;

    const string Refused = "select command_id, decided_at, fingerprint, reason from ledger.refusal where command_id = any($1)";

    /// <summary>Reads what is asked for into the memory.</summary>
    public async ValueTask LoadAsync(LedgerNeeds needs, CancellationToken cancellationToken)
    {
        var (accountIds, holdIds, commandIds) = (needs.Accounts, needs.Holds, needs.Commands);
        if (memory.KnowsContras && needs.None)
            return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        var readers = new List<Func<NpgsqlDataReader, CancellationToken, Task>>(8);
        if (!memory.KnowsContras)
            Ask(new(Contras) { Parameters = { new NpgsqlParameter<string> { TypedValue = ContraAccounts.Suffix(partition) } } }, ReadContrasAsync);
        if (!memory.Chain.IsKnown)
            Ask(ChainStore.Head(partition), (reader, stop) => ChainStore.ReadHeadAsync(reader, partition, memory.Chain, stop));
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
        if (needs.Credits.Count > 0)
            Ask(new(Received) { Parameters = { PgArray.Of(NpgsqlDbType.Uuid, needs.Credits.ToArray()) } }, ReadReceivedAsync);
        if (needs.Chains.Count > 0)
            Ask(LinkedStore.Chains(needs.Chains), (reader, stop) => LinkedStore.ReadChainsAsync(reader, memory.Linked, stop));
        if (needs.Legs.Count + needs.PromisedBy.Count > 0)
            Ask(LinkedStore.Legs(needs.Legs, needs.PromisedBy), (reader, stop) => LinkedStore.ReadLegsAsync(reader, memory.Linked, stop));
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
        foreach (var id in needs.Chains)
            memory.Linked.LearnAbsentChain(id);
        foreach (var id in needs.Legs)
            memory.Linked.LearnAbsentLegs(id);

        void Ask(NpgsqlBatchCommand command, Func<NpgsqlDataReader, CancellationToken, Task> read)
        {
            batch.BatchCommands.Add(command);
            readers.Add(read);
        }
    }

    /// <summary>An account of a row that has the columns of <see cref="AccountColumns"/>.</summary>
    internal static AccountState Account(NpgsqlDataReader row) => new(
        row.GetString(0), (AccountKind)row.GetInt16(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3),
        row.GetInt64(4), row.IsDBNull(5) ? null : row.GetInt64(5), row.GetInt64(6),
        new AccountCounters(row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10)), row.GetFieldValue<DateTimeOffset>(11),
        (AccountStatus)row.GetInt16(12), row.Number(13), row.IsDBNull(14) ? null : row.GetFieldValue<DateOnly>(14), row.GetInt64(15));

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
            var resolution = reader.IsDBNull(3) ? HoldResolution.Open : EventTypeCode.Read(reader.GetInt16(3)) switch
            {
                LedgerEventType.HoldCaptured => HoldResolution.Captured,
                LedgerEventType.HoldExpired => HoldResolution.Expired,
                _ => HoldResolution.Released,
            };
            memory.Learn(new HoldState(
                reader.GetGuid(0), reader.GetString(1), reader.GetInt64(2), resolution, reader.Instant(4), reader.Text(5), reader.Id(6), reader.Text(7),
                reader.Id(8)));
        }
    }

    async Task ReadAcceptedAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            var recordedAt = reader.GetFieldValue<DateTimeOffset>(1);
            // As much of the event as tells which command it came from.
            var e = new LedgerEvent(
                reader.GetString(3), 0, EventTypeCode.Read(reader.GetInt16(2)), reader.GetInt64(6), reader.GetGuid(0), reader.Id(4), reader.Id(5),
                reader.Text(8), null, recordedAt, recordedAt, ReleasedMinor: reader.Number(9),
                ExpiresAt: reader.Instant(10), ReversesTransactionId: reader.Id(11));
            memory.Learn(e.CommandId, new FirstReply(CommandFingerprint.OfEvent(e, reader.GetString(7)), null, recordedAt));
        }
    }

    async Task ReadReceivedAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            memory.Learn(new ReceivedTransfer(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetGuid(4), reader.GetBoolean(5)));
        }
    }

    async Task ReadRefusedAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
            memory.Learn(reader.GetGuid(0), new FirstReply(reader.GetGuid(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(1)));
    }
}
