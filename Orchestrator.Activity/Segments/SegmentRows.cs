using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Activity.Customers;
using Orchestrator.Contracts.Customers;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Activity.Segments;

/// <summary>Reads and writes the rows of customers, in sets.</summary>
static class SegmentRows
{
    /// <summary>The most changes of a customer that are kept.</summary>
    public const int ChangesKept = 200;

    const string Insert =
        """
        insert into activity.customer (customer_id, version, definitions, sequence, next_due, timer_due, changed_at, state)
        select customer_id, version, definitions, sequence, next_due, timer_due, changed_at, state::json
        from unnest($1, $2, $3, $4, $5, $6, $7, $8) as g (customer_id, version, definitions, sequence, next_due, timer_due, changed_at, state)
        on conflict do nothing
        """;

    // A row that is not at the version that was read was erased meanwhile: the unit fails, and is done again with what is there.
    const string Update =
        """
        update activity.customer c set version = g.version, definitions = g.definitions, sequence = g.sequence, next_due = g.next_due, timer_due = g.timer_due,
            changed_at = g.changed_at, state = g.state::json
        from unnest($1, $2, $3, $4, $5, $6, $7, $8) as g (customer_id, version, definitions, sequence, next_due, timer_due, changed_at, state)
        where c.customer_id = g.customer_id and c.version = g.version - 1
        """;

    /// <summary>Reads customers; those who are not there are new.</summary>
    public static async Task<List<CustomerSlot>> ReadAsync(NpgsqlDataSource database, string[] customers, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select customer_id, version, definitions, sequence, next_due, timer_due, state::text from activity.customer where customer_id = any($1)");
        command.Parameters.Add(PgArray.Of(NpgsqlDbType.Text, customers));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var slots = new List<CustomerSlot>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var state = JsonSerializer.Deserialize(rows.GetString(6), CustomerJson.Default.CustomerState)!;
            slots.Add(new CustomerSlot(rows.GetString(0))
            {
                State = state,
                Version = rows.GetInt64(1),
                Definitions = rows.GetInt64(2),
                Sequence = rows.GetInt64(3),
                NextDue = rows.Instant(4),
                TimerDue = rows.Instant(5),
                StoredSegments = [.. state.Segments],
            });
        }
        return slots;
    }

    /// <summary>Hands over what a unit has changed.</summary>
    public static void Write(IReadOnlyCollection<CustomerSlot> touched, IReadOnlyList<SegmentChanged> changes, UnitOfWork work)
    {
        if (touched.Count == 0)
            return;
        var added = touched.Where(s => s.Version == 0).ToList();
        if (added.Count > 0)
            work.WriteRows(Rows(Insert, added, work.Now), added.Count);
        if (touched.Count > added.Count)
            work.WriteRows(Rows(Update, [.. touched.Where(s => s.Version > 0)], work.Now), touched.Count - added.Count);
        if (changes.Count == 0)
            return;
        work.WriteRows(Changes(changes));
        var old = changes.GroupBy(c => c.CustomerId, StringComparer.Ordinal).Select(g => (Customer: g.Key, UpTo: g.Max(c => c.Sequence) - ChangesKept)).Where(g => g.UpTo > 0).ToList();
        if (old.Count > 0)
            work.WriteRows(DeleteChanges(old));
        var left = touched.SelectMany(s => s.StoredSegments.Where(m => !s.State.Segments.Contains(m)).Select(m => (s.CustomerId, Member: m))).ToList();
        if (left.Count > 0)
            work.WriteRows(DeleteMembers(left));
        var entered = touched.SelectMany(s => s.State.Segments.Where(m => !s.StoredSegments.Contains(m)).Select(m => (s.CustomerId, Member: m))).ToList();
        if (entered.Count > 0)
            work.WriteRows(InsertMembers(entered));
    }

    static NpgsqlBatchCommand Rows(string sql, List<CustomerSlot> rows, DateTimeOffset now) => new(sql)
    {
        Parameters =
        {
            PgArray.Column(rows, NpgsqlDbType.Text, s => s.CustomerId),
            PgArray.Column(rows, NpgsqlDbType.Bigint, s => s.Version + 1),
            PgArray.Column(rows, NpgsqlDbType.Bigint, s => s.Definitions),
            PgArray.Column(rows, NpgsqlDbType.Bigint, s => s.Sequence),
            PgArray.Column(rows, NpgsqlDbType.TimestampTz, s => s.NextDue?.UtcDateTime),
            PgArray.Column(rows, NpgsqlDbType.TimestampTz, s => s.TimerDue?.UtcDateTime),
            PgArray.Column(rows, NpgsqlDbType.TimestampTz, _ => now.UtcDateTime),
            PgArray.Column(rows, NpgsqlDbType.Text, s => JsonSerializer.Serialize(s.State, CustomerJson.Default.CustomerState)),
        },
    };

    static NpgsqlBatchCommand Changes(IReadOnlyList<SegmentChanged> rows) => new(
        "insert into activity.segment_change (customer_id, sequence, segment, entered, version, at, cause) select * from unnest($1, $2, $3, $4, $5, $6, $7)")
    {
        Parameters =
        {
            PgArray.Column(rows, NpgsqlDbType.Text, c => c.CustomerId),
            PgArray.Column(rows, NpgsqlDbType.Bigint, c => c.Sequence),
            PgArray.Column(rows, NpgsqlDbType.Text, c => c.Segment),
            PgArray.Column(rows, NpgsqlDbType.Boolean, c => c.Entered),
            PgArray.Column(rows, NpgsqlDbType.Integer, c => (int)c.DefinitionVersion),
            PgArray.Column(rows, NpgsqlDbType.TimestampTz, c => c.At.UtcDateTime),
            PgArray.Column(rows, NpgsqlDbType.Text, c => c.Cause),
        },
    };

    static NpgsqlBatchCommand DeleteChanges(List<(string Customer, long UpTo)> rows) => new(
        "delete from activity.segment_change c using unnest($1, $2) as g (customer_id, up_to) where c.customer_id = g.customer_id and c.sequence <= g.up_to")
    {
        Parameters = { PgArray.Column(rows, NpgsqlDbType.Text, r => r.Customer), PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.UpTo) },
    };

    static NpgsqlBatchCommand DeleteMembers(List<(string CustomerId, Membership Member)> rows) => new(
        "delete from activity.segment_member m using unnest($1, $2) as g (segment, customer_id) where m.segment = g.segment and m.customer_id = g.customer_id")
    {
        Parameters = { PgArray.Column(rows, NpgsqlDbType.Text, r => r.Member.Segment), PgArray.Column(rows, NpgsqlDbType.Text, r => r.CustomerId) },
    };

    static NpgsqlBatchCommand InsertMembers(List<(string CustomerId, Membership Member)> rows) => new(
        "insert into activity.segment_member (segment, customer_id, since, version) select * from unnest($1, $2, $3, $4)")
    {
        Parameters =
        {
            PgArray.Column(rows, NpgsqlDbType.Text, r => r.Member.Segment),
            PgArray.Column(rows, NpgsqlDbType.Text, r => r.CustomerId),
            PgArray.Column(rows, NpgsqlDbType.TimestampTz, r => r.Member.Since.UtcDateTime),
            PgArray.Column(rows, NpgsqlDbType.Integer, r => r.Member.Version),
        },
    };
}
