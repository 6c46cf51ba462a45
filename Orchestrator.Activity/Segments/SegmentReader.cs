using Npgsql;
using Orchestrator.Activity.Customers;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Segments;

/// <summary>Reads who is in which segment.</summary>
public sealed class SegmentReader(NpgsqlDataSource database)
{
    /// <summary>The most customers of one page.</summary>
    public const int MaxPage = 1_000;

    /// <summary>The most changes of a customer: no more are kept.</summary>
    public const int MaxChanges = SegmentRows.ChangesKept;

    /// <summary>Those who are in a segment, by customer.</summary>
    /// <param name="segment">Its name.</param>
    /// <param name="after">Only customers behind this one; null for all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<SegmentMember>> MembersAsync(string segment, string? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select customer_id, since, version from activity.segment_member where segment = $1 and customer_id > $2 order by customer_id limit $3");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(segment), Of(after ?? ""), Of(Math.Clamp(limit, 1, MaxPage)) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var members = new List<SegmentMember>();
        while (await row.ReadAsync(cancellationToken))
            members.Add(new SegmentMember(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetInt32(2)));
        return members;
    }

    /// <summary>A customer's segments and how they have changed lately; null when nothing is known about him.</summary>
    /// <param name="customerId">The customer.</param>
    /// <param name="changes">At most so many changes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CustomerSegments?> FindAsync(string customerId, int changes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One snapshot, so that segments and changes belong together.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var find = new NpgsqlCommand("select sequence, changed_at from activity.customer where customer_id = $1", connection);
        find.Parameters.Add(Of(customerId));
        long sequence;
        DateTimeOffset at;
        await using (var row = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
                return null;
            (sequence, at) = (row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1));
        }
        return new CustomerSegments(
            customerId, sequence, at, await MembershipsAsync(connection, customerId, cancellationToken), await ChangesAsync(connection, customerId, changes, cancellationToken));
    }

    static async Task<IReadOnlyList<Membership>> MembershipsAsync(NpgsqlConnection connection, string customerId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select segment, since, version from activity.segment_member where customer_id = $1 order by segment", connection);
        command.Parameters.Add(Of(customerId));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var memberships = new List<Membership>();
        while (await row.ReadAsync(cancellationToken))
            memberships.Add(new Membership(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetInt32(2)));
        return memberships;
    }

    static async Task<IReadOnlyList<StoredChange>> ChangesAsync(NpgsqlConnection connection, string customerId, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select sequence, segment, entered, version, at, cause from activity.segment_change where customer_id = $1 order by sequence desc limit $2", connection);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(customerId), Of(Math.Clamp(limit, 1, MaxChanges)) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var changes = new List<StoredChange>();
        while (await row.ReadAsync(cancellationToken))
            changes.Add(new StoredChange(row.GetInt64(0), row.GetString(1), row.GetBoolean(2), row.GetInt32(3), row.GetFieldValue<DateTimeOffset>(4), row.GetString(5)));
        return changes;
    }
}

/// <summary>Who is in a segment.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="Version">By which version of the definition the customer came in.</param>
public sealed record SegmentMember(string CustomerId, DateTimeOffset Since, int Version);

/// <summary>A customer's segments.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="Sequence">The number of the latest change; 0 when there was none.</param>
/// <param name="ChangedAt">When anything about the customer was stored last, UTC.</param>
/// <param name="Segments">Those that the customer is in, by name.</param>
/// <param name="Changes">The latest changes, the last first.</param>
public sealed record CustomerSegments(
    string CustomerId, long Sequence, DateTimeOffset ChangedAt, IReadOnlyList<Membership> Segments, IReadOnlyList<StoredChange> Changes);

/// <summary>A change of a customer's segments.</summary>
/// <param name="Sequence">Counts the customer's changes.</param>
/// <param name="Segment">Which segment.</param>
/// <param name="Entered">True when the customer came in, false when he left.</param>
/// <param name="Version">By which version of the definition.</param>
/// <param name="At">When it was found, UTC.</param>
/// <param name="Cause">What led to it: the kind of fact, <c>time</c> or <c>definition</c>.</param>
public sealed record StoredChange(long Sequence, string Segment, bool Entered, int Version, DateTimeOffset At, string Cause);
