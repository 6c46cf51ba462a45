using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Linked;

/// <summary>Chains and legs in the database: read with what a unit of work reads, written with what it writes.</summary>
static class LinkedStore
{
    const string SelectChains = """
        select chain_id, account_id, fingerprint, transfers::text, answers::text, started_at, state, decided_at, failed_index, reason
        from ledger.linked where chain_id = any($1)
        """;

    const string SelectLegs = """
        select transfer_id, side, chain_id, account_id, state from ledger.linked_leg
        where transfer_id = any($1) or (account_id = any($2) and side = 1 and state = 0)
        """;

    const string InsertChains = """
        insert into ledger.linked (chain_id, account_id, fingerprint, transfers, answers, started_at, state, decided_at, failed_index, reason)
        select chain_id, account_id, fingerprint, transfers::jsonb, answers::jsonb, started_at, state, decided_at, failed_index, reason
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as u (
            chain_id, account_id, fingerprint, transfers, answers, started_at, state, decided_at, failed_index, reason)
        """;

    // A decision is final: a chain that was decided meanwhile, by whomever, matches no row, and the unit fails.
    const string UpdateChains = """
        update ledger.linked c
        set answers = u.answers::jsonb, state = u.state, decided_at = u.decided_at, failed_index = u.failed_index, reason = u.reason
        from unnest($1, $2, $3, $4, $5, $6) as u (chain_id, answers, state, decided_at, failed_index, reason)
        where c.chain_id = u.chain_id and c.state = 0
        """;

    const string InsertLegs = """
        insert into ledger.linked_leg (transfer_id, side, chain_id, account_id, state) select * from unnest($1, $2, $3, $4, $5)
        """;

    const string UpdateLegs = """
        update ledger.linked_leg l set state = u.state from unnest($1, $2, $3) as u (transfer_id, side, state)
        where l.transfer_id = u.transfer_id and l.side = u.side and l.state = 0
        """;

    /// <summary>Asks for chains.</summary>
    public static NpgsqlBatchCommand Chains(IReadOnlyCollection<Guid> ids) => new(SelectChains) { Parameters = { PgArray.Of(NpgsqlDbType.Uuid, ids.ToArray()) } };

    /// <summary>Asks for the legs of transfers, and for the open promises of accounts.</summary>
    public static NpgsqlBatchCommand Legs(IReadOnlyCollection<Guid> transferIds, IReadOnlyCollection<string> promisedBy) => new(SelectLegs)
    {
        Parameters = { PgArray.Of(NpgsqlDbType.Uuid, transferIds.ToArray()), PgArray.Of(NpgsqlDbType.Text, promisedBy.ToArray()) },
    };

    /// <summary>Reads the answer to <see cref="Chains"/>.</summary>
    public static async Task ReadChainsAsync(NpgsqlDataReader row, LinkedMemory memory, CancellationToken cancellationToken)
    {
        while (await row.ReadAsync(cancellationToken))
        {
            memory.Learn(new LinkedChain(
                row.GetGuid(0), row.GetString(1), row.GetGuid(2),
                JsonSerializer.Deserialize(row.GetString(3), LinkedJson.Default.IReadOnlyListLinkedTransfer)!,
                JsonSerializer.Deserialize(row.GetString(4), LinkedJson.Default.IReadOnlyListTransferAnswers)!,
                row.GetFieldValue<DateTimeOffset>(5), (LinkedState)row.GetInt16(6), row.Instant(7), row.Small(8), row.Text(9)));
        }
    }

    /// <summary>Reads the answer to <see cref="Legs"/>.</summary>
    public static async Task ReadLegsAsync(NpgsqlDataReader row, LinkedMemory memory, CancellationToken cancellationToken)
    {
        while (await row.ReadAsync(cancellationToken))
            memory.Learn(new LinkedLeg(row.GetGuid(0), (LegSide)row.GetInt16(1), row.GetGuid(2), row.GetString(3), (LegState)row.GetInt16(4)));
    }

    /// <summary>Hands what the unit has changed to <paramref name="work"/>.</summary>
    public static void Add(LinkedMemory memory, UnitOfWork work)
    {
        if (memory.NewChains is { Count: > 0 } begun)
            work.WriteRows(Inserted(begun), begun.Count);
        if (memory.ChangedChains is { Count: > 0 } changed)
            work.WriteRows(Updated(changed), changed.Count);
        if (memory.NewLegs is { Count: > 0 } newLegs)
        {
            var insert = Keys(newLegs, InsertLegs);
            insert.Parameters.Add(PgArray.Column(newLegs, NpgsqlDbType.Uuid, l => l.ChainId));
            insert.Parameters.Add(PgArray.Column(newLegs, NpgsqlDbType.Text, l => l.AccountId));
            insert.Parameters.Add(PgArray.Column(newLegs, NpgsqlDbType.Smallint, l => (short)l.State));
            work.WriteRows(insert, newLegs.Count);
        }
        if (memory.ChangedLegs is { Count: > 0 } legs)
        {
            var update = Keys(legs, UpdateLegs);
            update.Parameters.Add(PgArray.Column(legs, NpgsqlDbType.Smallint, l => (short)l.State));
            work.WriteRows(update, legs.Count);
        }
    }

    static NpgsqlBatchCommand Inserted(IReadOnlyList<LinkedChain> chains) => new(InsertChains)
    {
        Parameters =
        {
            PgArray.Column(chains, NpgsqlDbType.Uuid, c => c.ChainId),
            PgArray.Column(chains, NpgsqlDbType.Text, c => c.AccountId),
            PgArray.Column(chains, NpgsqlDbType.Uuid, c => c.Fingerprint),
            PgArray.Column(chains, NpgsqlDbType.Text, c => JsonSerializer.Serialize(c.Transfers, LinkedJson.Default.IReadOnlyListLinkedTransfer)),
            Answers(chains),
            PgArray.Column(chains, NpgsqlDbType.TimestampTz, c => c.StartedAt),
            PgArray.Column(chains, NpgsqlDbType.Smallint, c => (short)c.State),
            PgArray.Column(chains, NpgsqlDbType.TimestampTz, c => c.DecidedAt),
            PgArray.Column(chains, NpgsqlDbType.Smallint, c => (short?)c.FailedIndex),
            PgArray.Column(chains, NpgsqlDbType.Text, c => c.Reason),
        },
    };

    static NpgsqlBatchCommand Updated(IReadOnlyList<LinkedChain> chains) => new(UpdateChains)
    {
        Parameters =
        {
            PgArray.Column(chains, NpgsqlDbType.Uuid, c => c.ChainId),
            Answers(chains),
            PgArray.Column(chains, NpgsqlDbType.Smallint, c => (short)c.State),
            PgArray.Column(chains, NpgsqlDbType.TimestampTz, c => c.DecidedAt),
            PgArray.Column(chains, NpgsqlDbType.Smallint, c => (short?)c.FailedIndex),
            PgArray.Column(chains, NpgsqlDbType.Text, c => c.Reason),
        },
    };

    static NpgsqlParameter<string[]> Answers(IReadOnlyList<LinkedChain> chains) =>
        PgArray.Column(chains, NpgsqlDbType.Text, c => JsonSerializer.Serialize(c.Answers, LinkedJson.Default.IReadOnlyListTransferAnswers));

    static NpgsqlBatchCommand Keys(IReadOnlyList<LinkedLeg> legs, string text) => new(text)
    {
        Parameters = { PgArray.Column(legs, NpgsqlDbType.Uuid, l => l.TransferId), PgArray.Column(legs, NpgsqlDbType.Smallint, l => (short)l.Side) },
    };
}
