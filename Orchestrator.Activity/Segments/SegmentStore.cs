using Npgsql;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Activity.Segments;

/// <summary>Definitions of segments in PostgreSQL: a change is another version, which comes into force at once.</summary>
public sealed class SegmentStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most segments.</summary>
    public const int MaxSegments = 100;

    /// <summary>The most versions of one page.</summary>
    public const int MaxPage = 200;

    const string Columns = "name, version, active, description, condition::text, author, reason, defined_at";

    /// <summary>Defines a segment anew; the same as it is changes nothing. Customers are told to look again.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">What it says; it was compiled before.</param>
    /// <param name="seen">The version that was looked at; null for any.</param>
    /// <param name="author">Who, why, and from where.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SegmentOutcome> DefineAsync(string name, SegmentContent content, int? seen, SegmentAuthor author, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // One change at a time: whoever comes second sees what the first has done.
        await using var locking = new NpgsqlCommand("select version from activity.segment_clock for update", connection);
        var clock = (long)(await locking.ExecuteScalarAsync(cancellationToken))! + 1;
        var current = await FindAsync(connection, name, cancellationToken);
        var condition = SegmentDefinition.Write(content.Condition);
        if (current is not null && current.IsSame(content, condition))
            return new SegmentOutcome.Repeated(current);
        if (seen is { } version && version != (current?.Version ?? 0))
            return new SegmentOutcome.Stale(current?.Version ?? 0);
        if (current is null && await CountAsync(connection, cancellationToken) >= MaxSegments)
            return new SegmentOutcome.Full();
        var next = (current?.Version ?? 0) + 1;
        var now = time.GetUtcNow();
        await ExecuteAsync(
            connection,
            "insert into activity.segment_version (name, version, active, description, condition, author, remote, reason, clock, defined_at) values ($1, $2, $3, $4, $5::json, $6, $7, $8, $9, $10)",
            cancellationToken, Of(name), Of(next), Of(content.Active), Of(content.Description), Of(condition), Of(author.Name), Of(author.Remote), Of(author.Reason), Of(clock), Of(now));
        await ExecuteAsync(connection, "update activity.segment_clock set version = $1", cancellationToken, Of(clock));
        await SegmentBackfills.RequestAsync(connection, name, next, clock, now, cancellationToken);
        var defined = await FindAsync(connection, name, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new SegmentOutcome.Defined(defined!);
    }

    /// <summary>The version that counts; null when there is no such segment.</summary>
    public async Task<StoredSegment?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, name, cancellationToken);
    }

    /// <summary>The versions of a segment, the latest first.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="before">Only those below; null for all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<StoredSegment>> VersionsAsync(string name, int? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from activity.segment_version where name = $1 and version < $2 order by version desc limit $3");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(name), Of(before ?? int.MaxValue), Of(Math.Clamp(limit, 1, MaxPage)) });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>All segments by name, as they are now, with how many customers are in each.</summary>
    public async Task<IReadOnlyList<(StoredSegment Segment, long Customers)>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select distinct on (name) {Columns} from activity.segment_version order by name, version desc");
        var segments = await ReadAsync(command, cancellationToken);
        await using var counting = database.CreateCommand("select segment, count(*) from activity.segment_member group by segment");
        await using var rows = await counting.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
            counts[rows.GetString(0)] = rows.GetInt64(1);
        return [.. segments.Select(s => (s, counts.GetValueOrDefault(s.Name)))];
    }

    static async Task<StoredSegment?> FindAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from activity.segment_version where name = $1 order by version desc limit 1", connection);
        command.Parameters.Add(Of(name));
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    static async Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select count(distinct name) from activity.segment_version", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<IReadOnlyList<StoredSegment>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var segments = new List<StoredSegment>();
        while (await row.ReadAsync(cancellationToken))
        {
            segments.Add(new StoredSegment(
                row.GetString(0), row.GetInt32(1), new SegmentContent(row.GetBoolean(2), row.GetString(3), SegmentDefinition.Read(row.GetString(4))), row.GetString(5), row.GetString(6),
                row.GetFieldValue<DateTimeOffset>(7)));
        }
        return segments;
    }
}

/// <summary>Who defines a segment.</summary>
/// <param name="Name">The name under which it is kept.</param>
/// <param name="Remote">From where.</param>
/// <param name="Reason">Why.</param>
public sealed record SegmentAuthor(string Name, string Remote, string Reason);

/// <summary>A version of a segment as it is stored.</summary>
/// <param name="Name">The segment.</param>
/// <param name="Version">Which version.</param>
/// <param name="Content">What it says.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Reason">Why.</param>
/// <param name="DefinedAt">When, UTC.</param>
public sealed record StoredSegment(string Name, int Version, SegmentContent Content, string Author, string Reason, DateTimeOffset DefinedAt)
{
    internal bool IsSame(SegmentContent content, string condition) =>
        (Content.Active, Content.Description) == (content.Active, content.Description) && string.Equals(SegmentDefinition.Write(Content.Condition), condition, StringComparison.Ordinal);
}

/// <summary>What became of a definition.</summary>
public abstract record SegmentOutcome
{
    SegmentOutcome()
    {
    }

    /// <summary>It is in force.</summary>
    public sealed record Defined(StoredSegment Segment) : SegmentOutcome;

    /// <summary>It is what was in force before.</summary>
    public sealed record Repeated(StoredSegment Segment) : SegmentOutcome;

    /// <summary>Another version is in force than was looked at; 0 for none.</summary>
    public sealed record Stale(int Version) : SegmentOutcome;

    /// <summary>There are as many segments as may be.</summary>
    public sealed record Full : SegmentOutcome;
}
