using Npgsql;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Segments;

/// <summary>
/// What a change of a definition makes to do: who was told to look again, and how far that is. A later change has its own customers look again, which are the same, so it takes
/// the place of an earlier one. Leases go by the database's clock.
/// </summary>
public sealed class SegmentBackfills(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most that are shown.</summary>
    public const int MaxShown = 100;

    const string Columns = "number, segment, version, state, requested_at, started_at, ended_at, customers, published";

    /// <summary>All of late, the latest first.</summary>
    public async Task<IReadOnlyList<Backfill>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from activity.segment_backfill order by number desc limit $1");
        command.Parameters.Add(Of(MaxShown));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var backfills = new List<Backfill>();
        while (await row.ReadAsync(cancellationToken))
        {
            backfills.Add(new Backfill(
                row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.Instant(5), row.Instant(6), row.Number(7), row.GetInt64(8)));
        }
        return backfills;
    }

    internal static async Task RequestAsync(NpgsqlConnection connection, string segment, int version, long clock, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            "update activity.segment_backfill set state = 'superseded', ended_at = $1, lease_owner = null, lease_until = null where state in ('queued', 'running')", cancellationToken, Of(now));
        await ExecuteAsync(
            connection, "insert into activity.segment_backfill (segment, version, clock, requested_at) values ($1, $2, $3, $4)", cancellationToken,
            Of(segment), Of(version), Of(clock), Of(now));
    }

    /// <summary>Takes what waits, or what a dead process has left; null when there is nothing.</summary>
    internal async Task<BackfillClaim?> ClaimAsync(Guid owner, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            update activity.segment_backfill b
            set state = 'running', lease_owner = $1, lease_until = clock_timestamp() + $2, started_at = coalesce(started_at, $3),
                customers = coalesce(customers, (select count(*) from activity.customer c where c.definitions < b.clock))
            where number = (
                select number from activity.segment_backfill
                where state = 'queued' or (state = 'running' and (lease_until is null or lease_until < clock_timestamp()))
                order by number limit 1 for update skip locked)
            returning number, clock, pass, after
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(owner), Of(lease), Of(time.GetUtcNow()) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new BackfillClaim(row.GetInt64(0), owner, row.GetInt64(1), row.GetInt16(2), row.GetString(3)) : null;
    }

    /// <summary>The next customers of a claim whose segments were worked out by older definitions, in the order of their ids.</summary>
    internal static async Task<List<string>> NextAsync(NpgsqlConnection connection, BackfillClaim claim, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select customer_id from activity.customer where customer_id > $1 and definitions < $2 order by customer_id limit $3", connection);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(claim.After), Of(claim.Clock), Of(limit) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var customers = new List<string>();
        while (await row.ReadAsync(cancellationToken))
            customers.Add(row.GetString(0));
        return customers;
    }

    /// <summary>Goes on to where <paramref name="next"/> stands, in the connection's transaction. False when it is not this process's any more, or was superseded.</summary>
    internal static async Task<bool> MoveAsync(NpgsqlConnection connection, BackfillClaim next, int published, TimeSpan lease, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            connection,
            """
            update activity.segment_backfill set after = $3, pass = $4, published = published + $5, lease_until = clock_timestamp() + $6
            where number = $1 and lease_owner = $2 and state = 'running'
            """,
            cancellationToken, Of(next.Number), Of(next.Owner), Of(next.After), Of((short)next.Pass), Of((long)published), Of(lease)) == 1;

    /// <summary>Ends it.</summary>
    internal async Task DoneAsync(BackfillClaim claim, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(
            connection,
            "update activity.segment_backfill set state = 'done', ended_at = $3, lease_owner = null, lease_until = null where number = $1 and lease_owner = $2 and state = 'running'",
            cancellationToken, Of(claim.Number), Of(claim.Owner), Of(time.GetUtcNow()));
    }

    /// <summary>Leaves it to whoever comes next.</summary>
    internal async Task GiveBackAsync(BackfillClaim claim, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(
            connection, "update activity.segment_backfill set lease_owner = null, lease_until = null where number = $1 and lease_owner = $2 and state = 'running'", cancellationToken,
            Of(claim.Number), Of(claim.Owner));
    }
}

/// <summary>Customers are told to look again, because a definition has changed.</summary>
/// <param name="Number">In the order of the changes.</param>
/// <param name="Segment">Whose definition.</param>
/// <param name="Version">Which version came into force.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>done</c>, or <c>superseded</c> by a later change.</param>
/// <param name="RequestedAt">When the definition changed, UTC.</param>
/// <param name="StartedAt">When the work began, UTC.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
/// <param name="Customers">How many customers were to be told when it began.</param>
/// <param name="Published">How many were told so far.</param>
public sealed record Backfill(
    long Number, string Segment, int Version, string State, DateTimeOffset RequestedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, long? Customers, long Published);

/// <summary>What a process works on.</summary>
/// <param name="Number">Which.</param>
/// <param name="Owner">The process.</param>
/// <param name="Clock">The definitions by which customers are to look.</param>
/// <param name="Pass">The first tells everybody, the second whoever was missed.</param>
/// <param name="After">The last customer who was told.</param>
sealed record BackfillClaim(long Number, Guid Owner, long Clock, int Pass, string After);
