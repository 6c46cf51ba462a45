using Npgsql;
using NpgsqlTypes;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Chain;

/// <summary>The head of a lane's chain in the database: read with what a unit of work reads, written with what it writes.</summary>
static class ChainStore
{
    const string SelectHead = "select o.chain_id, c.sequence, c.hash, c.recorded_at from ledger.chain_origin o left join ledger.chain c on c.lane = $1";

    // Only who knows the head moves it, and a lane has one beginning: otherwise no row matches, or the key is taken, and the unit fails.
    const string InsertHead = "insert into ledger.chain (lane, sequence, hash, recorded_at) select * from unnest($1, $2, $3, $4)";

    const string MoveHead = """
        update ledger.chain c set sequence = u.sequence, hash = u.hash, recorded_at = u.recorded_at
        from unnest($1, $2, $3, $4, $5, $6) as u (lane, sequence, hash, recorded_at, stored_sequence, stored_hash)
        where c.lane = u.lane and c.sequence = u.stored_sequence and c.hash = u.stored_hash
        """;

    /// <summary>Asks for the head of lane <paramref name="partition"/>.</summary>
    public static NpgsqlBatchCommand Head(int partition) => new(SelectHead) { Parameters = { new NpgsqlParameter<short> { TypedValue = checked((short)partition) } } };

    /// <summary>Reads the answer to <see cref="Head"/>.</summary>
    /// <exception cref="NpgsqlException">The origin's row is gone. No message can be at fault: the lane waits until an operator has seen to it.</exception>
    public static async Task ReadHeadAsync(NpgsqlDataReader reader, int partition, LaneChain chain, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken))
            throw new NpgsqlException("ledger.chain_origin has no row, so no chain can go on");
        var lane = checked((short)partition);
        chain.Learn(
            reader.IsDBNull(1) ? ChainLink.Genesis(reader.GetGuid(0), lane) : new ChainLink(lane, reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)),
            reader.Instant(3) ?? DateTimeOffset.MinValue);
    }

    /// <summary>Moves the head to the unit's last event.</summary>
    public static void Add(LaneChain chain, UnitOfWork work)
    {
        ChainLink[] head = [chain.Head];
        ChainLink[] stored = [chain.Stored!];
        var begins = stored[0].Sequence == 0;
        var command = new NpgsqlBatchCommand(begins ? InsertHead : MoveHead)
        {
            Parameters =
            {
                PgArray.Column(head, NpgsqlDbType.Smallint, h => h.Lane),
                PgArray.Column(head, NpgsqlDbType.Bigint, h => h.Sequence),
                PgArray.Column(head, NpgsqlDbType.Bytea, h => h.Hash),
                PgArray.Of<DateTimeOffset>(NpgsqlDbType.TimestampTz, [chain.RecordedAt]),
            },
        };
        if (!begins)
        {
            command.Parameters.Add(PgArray.Column(stored, NpgsqlDbType.Bigint, s => s.Sequence));
            command.Parameters.Add(PgArray.Column(stored, NpgsqlDbType.Bytea, s => s.Hash));
        }
        work.WriteRows(command, 1, LedgerInvariant.ChainHead);
    }
}
