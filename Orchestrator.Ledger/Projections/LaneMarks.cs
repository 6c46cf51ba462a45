using Npgsql;
using NpgsqlTypes;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// How far a generation has folded, in two tables of its schema. <c>watermark</c> has a row a lane: every event of the lane up to its sequence is folded,
/// whichever way it came, but for those in <c>waiting</c>: their accounts have a parked message before them.
/// </summary>
static class LaneMarks
{
    public const string Table = "watermark";

    public const string WaitingTable = "waiting";

    public static string CreateSql(string schema) => $"""
        create table {schema}.{Table} (
            sequence    bigint      not null check (sequence >= 0),
            recorded_at timestamptz not null, -- of the event with that sequence
            lane        integer     not null primary key
        ) with (fillfactor = 10, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_threshold = 2000000000);
        create table {schema}.{WaitingTable} (
            sequence   bigint  not null,
            lane       integer not null,
            account_id text    collate "C" not null,
            primary key (lane, sequence)
        );
        """;

    /// <summary>Begins every lane: before its first event, or where its chain ends now.</summary>
    public static string BeginSql(string schema, int partitions, bool atHeads) => $"""
        insert into {schema}.{Table} (lane, sequence, recorded_at)
        select l.lane, coalesce(c.sequence, 0), coalesce(c.recorded_at, '-infinity')
        from (select generate_series(0, {partitions - 1}) as lane union select lane from ledger.chain) l
        left join ledger.chain c on {(atHeads ? "c.lane = l.lane" : "false")};
        """;

    /// <summary>Tells of an event <c>e</c> of the store whether it is folded, where <c>w</c> is the lane's mark; those of no lane are older than all marks.</summary>
    public static string JoinSql(string schema) => $"left join {schema}.{Table} w on w.lane = e.lane";

    /// <summary>The condition that goes with <see cref="JoinSql"/>.</summary>
    public static string IsFoldedSql(string schema) => $"""
        (e.lane is null or e.lane_sequence <= w.sequence
            and not exists (select from {schema}.{WaitingTable} p where p.lane = e.lane and p.sequence = e.lane_sequence))
        """;

    /// <summary>Where a lane stands, and which of its events wait.</summary>
    public static async Task<(long Sequence, HashSet<long> Waiting)> ReadAsync(NpgsqlDataSource database, string schema, int lane, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select sequence, true from {schema}.{Table} where lane = $1
            union all select sequence, false from {schema}.{WaitingTable} where lane = $1
            """);
        command.Parameters.Add(new() { Value = lane });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var (sequence, waiting) = (0L, new HashSet<long>());
        while (await rows.ReadAsync(cancellationToken))
        {
            if (rows.GetBoolean(1))
                sequence = rows.GetInt64(0);
            else
                waiting.Add(rows.GetInt64(0));
        }
        return (sequence, waiting);
    }

    /// <summary>Moves a lane on from where it was, or fails the unit.</summary>
    public static void Move(UnitOfWork work, string schema, int lane, long from, long to, DateTimeOffset recordedAt) => work.WriteRows(
        new NpgsqlBatchCommand(
            $"""
            update {schema}.{Table} w set sequence = u.next, recorded_at = u.recorded_at from unnest($1, $2, $3, $4) as u (lane, now, next, recorded_at)
            where w.lane = u.lane and w.sequence = u.now
            """)
        {
            Parameters =
            {
                PgArray.Of<int>(NpgsqlDbType.Integer, [lane]),
                PgArray.Of<long>(NpgsqlDbType.Bigint, [from]),
                PgArray.Of<long>(NpgsqlDbType.Bigint, [to]),
                PgArray.Of<DateTimeOffset>(NpgsqlDbType.TimestampTz, [recordedAt]),
            },
        }, 1);

    /// <summary>Remembers events that are passed over.</summary>
    public static void Wait(UnitOfWork work, string schema, int lane, IReadOnlyList<StoredPlace> places) => work.WriteRows(
        new NpgsqlBatchCommand($"insert into {schema}.{WaitingTable} (lane, sequence, account_id) select * from unnest($1, $2, $3)")
        {
            Parameters =
            {
                PgArray.Column(places, NpgsqlDbType.Integer, _ => lane),
                PgArray.Column(places, NpgsqlDbType.Bigint, p => p.Sequence),
                PgArray.Column(places, NpgsqlDbType.Text, p => p.AccountId),
            },
        }, places.Count);

    /// <summary>Forgets events that have come after all.</summary>
    public static void Came(UnitOfWork work, string schema, int lane, IReadOnlyList<long> sequences) => work.WriteRows(
        new NpgsqlBatchCommand(
            $"delete from {schema}.{WaitingTable} p using unnest($1, $2) as u (lane, sequence) where p.lane = u.lane and p.sequence = u.sequence")
        {
            Parameters =
            {
                PgArray.Column(sequences, NpgsqlDbType.Integer, _ => lane),
                PgArray.Column(sequences, NpgsqlDbType.Bigint, s => s),
            },
        }, sequences.Count);
}
