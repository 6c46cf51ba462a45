using Npgsql;
using NpgsqlTypes;
using Orchestrator.Ledger.Chain;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Lanes;
using Orchestrator.Ledger.Linked;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Storage;

/// <summary>What a unit of work writes: one command for each kind of row, whatever their number.</summary>
static class LedgerWrites
{
    const string InsertAccounts = """
        insert into ledger.account (account_id, kind, customer_id, currency, overdraft_minor, per_transaction_minor, opened_at, version,
            debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor, status, spent_on, spent_minor,
            per_day_minor)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """;

    // The version makes sure that nobody else wrote the account: then fewer rows match, and the unit fails.
    const string UpdateAccounts = """
        update ledger.account a
        set version = u.version, debits_pending_minor = u.debits_pending, debits_posted_minor = u.debits_posted,
            credits_pending_minor = u.credits_pending, credits_posted_minor = u.credits_posted, status = u.status,
            spent_on = u.spent_on, spent_minor = u.spent
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as u (
            account_id, stored_version, version, debits_pending, debits_posted, credits_pending, credits_posted, status, spent_on, spent)
        where a.account_id = u.account_id and a.version = u.stored_version
        """;

    const string InsertEvents = """
        insert into ledger.event (lane, lane_sequence, hash, account_id, version, type, amount_minor, command_id, transaction_id, hold_id,
            contra_account_id, contra_version, effective_at, recorded_at, counterparty_account_id)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """;

    // Few events have more to say: the many are written without the columns.
    const string InsertRareEvents = """
        insert into ledger.event (lane, lane_sequence, hash, account_id, version, type, amount_minor, command_id, transaction_id, hold_id,
            contra_account_id, contra_version, effective_at, recorded_at, counterparty_account_id,
            reason, released_minor, expires_at, reverses_transaction_id)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        """;

    const string InsertRefusals = """
        insert into ledger.refusal (command_id, fingerprint, reason, decided_at)
        select * from unnest($1, $2, $3, $4)
        """;

    // An id is decided once, one way or the other. That no other event has it is a constraint; that no refusal has it is looked up, and the other way round.
    const string RefusedBefore = "select 1 from ledger.refusal where command_id = any($1)";

    const string AcceptedBefore = "select 1 from ledger.event where command_id = any($1)";

    /// <summary>Hands everything that <paramref name="memory"/> has changed to <paramref name="work"/>.</summary>
    public static void Add(LedgerMemory memory, UnitOfWork work)
    {
        var opened = memory.Changed.Where(s => s.StoredVersion is null).ToList();
        var changed = memory.Changed.Where(s => s.StoredVersion is not null).ToList();
        if (opened.Count > 0)
            work.WriteRows(Inserted(opened), opened.Count);
        if (changed.Count > 0)
            work.WriteRows(Updated(changed), changed.Count, LedgerInvariant.AccountVersion);
        if (memory.Events.Count > 0)
        {
            work.WriteRows(DecidedBefore(RefusedBefore, memory.Events, e => e.CommandId), 0);
            var rare = memory.Events.Where(IsRare).ToList();
            var usual = rare.Count == 0 ? memory.Events : [.. memory.Events.Where(e => !IsRare(e))];
            if (usual.Count > 0)
                work.WriteRows(Events(usual), usual.Count);
            if (rare.Count > 0)
                work.WriteRows(RareEvents(rare), rare.Count);
            ChainStore.Add(memory.Chain, work);
        }
        if (memory.Refusals.Count > 0)
        {
            work.WriteRows(DecidedBefore(AcceptedBefore, memory.Refusals, r => r.CommandId), 0);
            work.WriteRows(Refusals(memory.Refusals), memory.Refusals.Count);
        }
        LinkedStore.Add(memory.Linked, work);
    }

    static NpgsqlBatchCommand DecidedBefore<T>(string query, IReadOnlyList<T> rows, Func<T, Guid> commandId) =>
        new(query) { Parameters = { PgArray.Column(rows, NpgsqlDbType.Uuid, commandId) } };

    static NpgsqlBatchCommand Inserted(IReadOnlyList<AccountSlot> slots) => new(InsertAccounts)
    {
        Parameters =
        {
            PgArray.Column(slots, NpgsqlDbType.Text, s => s.State!.AccountId),
            PgArray.Column(slots, NpgsqlDbType.Smallint, s => (short)s.State!.Kind),
            PgArray.Column(slots, NpgsqlDbType.Text, s => s.State!.CustomerId),
            PgArray.Column(slots, NpgsqlDbType.Text, s => s.State!.Currency),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.OverdraftMinor),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.PerTransactionMinor),
            PgArray.Column(slots, NpgsqlDbType.TimestampTz, s => s.State!.OpenedAt),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Version),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Counters.DebitsPendingMinor),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Counters.DebitsPostedMinor),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Counters.CreditsPendingMinor),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Counters.CreditsPostedMinor),
            PgArray.Column(slots, NpgsqlDbType.Smallint, s => (short)s.State!.Status),
            PgArray.Column(slots, NpgsqlDbType.Date, s => s.State!.SpentOn),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.SpentMinor),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.PerDayMinor),
        },
    };

    static NpgsqlBatchCommand Updated(IReadOnlyList<AccountSlot> slots) => new(UpdateAccounts)
    {
        Parameters =
        {
            PgArray.Column(slots, NpgsqlDbType.Text, s => s.State!.AccountId),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.StoredVersion!.Value),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Version),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Counters.DebitsPendingMinor),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Counters.DebitsPostedMinor),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Counters.CreditsPendingMinor),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.Counters.CreditsPostedMinor),
            PgArray.Column(slots, NpgsqlDbType.Smallint, s => (short)s.State!.Status),
            PgArray.Column(slots, NpgsqlDbType.Date, s => s.State!.SpentOn),
            PgArray.Column(slots, NpgsqlDbType.Bigint, s => s.State!.SpentMinor),
        },
    };

    static NpgsqlBatchCommand Events(IReadOnlyList<LedgerEvent> events) => new(InsertEvents)
    {
        Parameters =
        {
            PgArray.Column(events, NpgsqlDbType.Smallint, e => e.Link!.Lane),
            PgArray.Column(events, NpgsqlDbType.Bigint, e => e.Link!.Sequence),
            PgArray.Column(events, NpgsqlDbType.Bytea, e => e.Link!.Hash),
            PgArray.Column(events, NpgsqlDbType.Text, e => e.AccountId),
            PgArray.Column(events, NpgsqlDbType.Bigint, e => e.Version),
            PgArray.Column(events, NpgsqlDbType.Smallint, e => EventTypeCode.Of(e.Type)),
            PgArray.Column(events, NpgsqlDbType.Bigint, e => e.AmountMinor),
            PgArray.Column(events, NpgsqlDbType.Uuid, e => e.CommandId),
            PgArray.Column(events, NpgsqlDbType.Uuid, e => e.TransactionId),
            PgArray.Column(events, NpgsqlDbType.Uuid, e => e.HoldId),
            PgArray.Column(events, NpgsqlDbType.Text, e => e.ContraAccountId),
            PgArray.Column(events, NpgsqlDbType.Bigint, e => e.ContraVersion),
            PgArray.Column(events, NpgsqlDbType.TimestampTz, e => e.EffectiveAt),
            PgArray.Column(events, NpgsqlDbType.TimestampTz, e => e.RecordedAt),
            PgArray.Column(events, NpgsqlDbType.Text, e => e.CounterpartyAccountId),
        },
    };

    static bool IsRare(LedgerEvent e) => e is not { Reason: null, ReleasedMinor: null, ExpiresAt: null, ReversesTransactionId: null };

    static NpgsqlBatchCommand RareEvents(IReadOnlyList<LedgerEvent> events)
    {
        var command = Events(events);
        command.CommandText = InsertRareEvents;
        command.Parameters.Add(PgArray.Column(events, NpgsqlDbType.Text, e => e.Reason));
        command.Parameters.Add(PgArray.Column(events, NpgsqlDbType.Bigint, e => e.ReleasedMinor));
        command.Parameters.Add(PgArray.Column(events, NpgsqlDbType.TimestampTz, e => e.ExpiresAt));
        command.Parameters.Add(PgArray.Column(events, NpgsqlDbType.Uuid, e => e.ReversesTransactionId));
        return command;
    }

    static NpgsqlBatchCommand Refusals(IReadOnlyList<Refusal> refusals) => new(InsertRefusals)
    {
        Parameters =
        {
            PgArray.Column(refusals, NpgsqlDbType.Uuid, r => r.CommandId),
            PgArray.Column(refusals, NpgsqlDbType.Uuid, r => r.Fingerprint),
            PgArray.Column(refusals, NpgsqlDbType.Text, r => r.Reason),
            PgArray.Column(refusals, NpgsqlDbType.TimestampTz, r => r.At),
        },
    };
}
