using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Decisioning.Lists;

/// <summary>What a list is for. The rules that look into it decide what follows.</summary>
[JsonConverter(typeof(NamedEnumConverter<ListKind>))]
public enum ListKind
{
    /// <summary>What is known to be good.</summary>
    [JsonStringEnumMemberName("allow")] Allow,

    /// <summary>What is known to be bad.</summary>
    [JsonStringEnumMemberName("deny")] Deny,

    /// <summary>What a person wants to see.</summary>
    [JsonStringEnumMemberName("watch")] Watch,
}

/// <summary>A list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Description">What is on it.</param>
/// <param name="Entries">How many entries it has; what has expired counts until it is cleared away, within a few hours.</param>
/// <param name="Version">The version of all lists when it was last changed.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">When, UTC.</param>
public sealed record ListView(string Name, ListKind Kind, string Description, int Entries, long Version, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>An entry of a list.</summary>
/// <param name="Value">The value.</param>
/// <param name="Reason">Why it is on the list.</param>
/// <param name="AddedBy">Who put it there.</param>
/// <param name="AddedAt">When, UTC.</param>
/// <param name="ExpiresAt">Until when it counts, UTC; absent for as long as nobody takes it off.</param>
public sealed record ListEntryView(string Value, string Reason, string AddedBy, DateTimeOffset AddedAt, DateTimeOffset? ExpiresAt);

/// <summary>What was done with a value, or with the list.</summary>
/// <param name="Action">create, add, remove or expire.</param>
/// <param name="Value">The value; absent when the list was made.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When, UTC.</param>
/// <param name="ExpiresAt">Until when what was added counts, UTC.</param>
public sealed record ListAuditView(string Action, string? Value, string Actor, string Reason, DateTimeOffset At, DateTimeOffset? ExpiresAt);

/// <summary>A value to put on a list.</summary>
/// <param name="Value">1 to 128 characters.</param>
/// <param name="ExpiresAt">Until when it counts, UTC; null for as long as nobody takes it off.</param>
public sealed record ListAddition(string Value, DateTimeOffset? ExpiresAt = null);

/// <summary>What became of a change to a list.</summary>
public abstract record ListOutcome
{
    /// <summary>It is done.</summary>
    /// <param name="Changed">How many entries are not as they were before; none when all was so already.</param>
    /// <param name="Version">The version of all lists from now on.</param>
    public sealed record Done(int Changed, long Version) : ListOutcome;

    /// <summary>There is no such list.</summary>
    public sealed record NotFound : ListOutcome;

    /// <summary>There is a list of this name, and it is another one.</summary>
    public sealed record Exists : ListOutcome;

    /// <summary>There would be more entries than a list may have, or more lists than there may be.</summary>
    public sealed record Full : ListOutcome;
}

/// <summary>
/// Lists in PostgreSQL. A change takes the clock's row first, so changes come into sight in the order of their versions, and one that changes nothing
/// makes no version.
/// </summary>
public sealed class ListStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most entries of one change.</summary>
    public const int MaxBulk = 1_000;

    /// <summary>The most entries or lists of one page.</summary>
    public const int MaxPage = 1_000;

    /// <summary>The most lists.</summary>
    public const int MaxLists = 1_000;

    const string ListColumns = "name, kind, description, entries, version, created_by, created_at";

    const string Add = """
        with changed as (
            insert into decisioning.list_entry as e (list, value, expires_at, version, added_by, reason, added_at)
            select $1, value, expires_at, $4, $5, $6, $7 from unnest($2::text[], $3::timestamptz[]) as n (value, expires_at)
            on conflict (list, value) do update set expires_at = excluded.expires_at, version = excluded.version, removed_at = null,
                added_by = excluded.added_by, reason = excluded.reason, added_at = excluded.added_at
            where e.removed_at is not null or e.expires_at is distinct from excluded.expires_at
            returning value, expires_at)
        insert into decisioning.list_audit (list, value, expires_at, action, actor, reason, at)
        select $1, value, expires_at, 'add', $5, $6, $7 from changed
        """;

    const string Remove = """
        with changed as (
            update decisioning.list_entry set removed_at = $6, version = $3 where list = $1 and value = any($2) and removed_at is null returning value)
        insert into decisioning.list_audit (list, value, action, actor, reason, at) select $1, value, 'remove', $4, $5, $6 from changed
        """;

    const string Expire = """
        with changed as (
            update decisioning.list_entry e set removed_at = $3, version = $2
            from (select list, value from decisioning.list_entry where removed_at is null and expires_at < $1 order by expires_at limit $4) x
            where e.list = x.list and e.value = x.value returning e.list, e.value, e.expires_at),
        counted as (
            update decisioning.list l set entries = entries - n, version = $2 from (select list, count(*) as n from changed group by list) c where c.list = l.name)
        insert into decisioning.list_audit (list, value, expires_at, action, actor, reason, at) select list, value, expires_at, 'expire', 'expiry', 'it has expired', $3 from changed
        """;

    const string Forget = """
        delete from decisioning.list_entry e using (select list, value from decisioning.list_entry where removed_at < $1 order by removed_at limit $2) x
        where e.list = x.list and e.value = x.value
        """;

    const string CountPresent = "select count(*)::integer from decisioning.list_entry where list = $1 and value = any($2) and removed_at is null";

    /// <summary>Makes a list; the same again changes nothing.</summary>
    public async Task<ListOutcome> CreateAsync(string name, ListKind kind, string description, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var version = await TickAsync(connection, cancellationToken);
        if (await FindAsync(connection, name, cancellationToken) is { } found)
            return found.Kind == kind && found.Description == description ? new ListOutcome.Done(0, found.Version) : new ListOutcome.Exists();
        var made = await ExecuteAsync(
            connection,
            """
            insert into decisioning.list (name, kind, description, version, created_by, created_at)
            select $1, $2, $3, $4, $5, $6 where (select count(*) from decisioning.list) < $7
            """,
            cancellationToken, Of(name), Of(Stored(kind)), Of(description), Of(version), Of(actor), Of(time.GetUtcNow()), Of(MaxLists));
        if (made == 0)
            return new ListOutcome.Full();
        await ExecuteAsync(
            connection, "insert into decisioning.list_audit (list, action, actor, reason, at) values ($1, 'create', $2, $3, $4)", cancellationToken,
            Of(name), Of(actor), Of(description), Of(time.GetUtcNow()));
        await transaction.CommitAsync(cancellationToken);
        return new ListOutcome.Done(1, version);
    }

    /// <summary>Puts values on a list; one that is there gets the new expiry. At most <see cref="MaxBulk"/>, each once.</summary>
    public Task<ListOutcome> AddAsync(string name, IReadOnlyList<ListAddition> additions, string actor, string reason, CancellationToken cancellationToken) => ChangeAsync(
        name, [.. additions.Select(a => a.Value)], async (connection, version, values) =>
        {
            var present = await CountAsync(connection, name, values, cancellationToken);
            var changed = await ExecuteAsync(
                connection, Add, cancellationToken, Of(name), Of(values),
                PgArray.Column(additions, NpgsqlDbType.TimestampTz, a => a.ExpiresAt?.UtcDateTime),
                Of(version), Of(actor), Of(reason), Of(time.GetUtcNow()));
            return (changed, values.Length - present);
        },
        cancellationToken);

    /// <summary>Takes values off a list.</summary>
    public Task<ListOutcome> RemoveAsync(string name, IReadOnlyList<string> values, string actor, string reason, CancellationToken cancellationToken) => ChangeAsync(
        name, [.. values], async (connection, version, taken) =>
        {
            var changed = await ExecuteAsync(
                connection, Remove, cancellationToken, Of(name), Of(taken), Of(version), Of(actor), Of(reason), Of(time.GetUtcNow()));
            return (changed, -changed);
        },
        cancellationToken);

    /// <summary>A page of lists by name.</summary>
    public async Task<IReadOnlyList<ListView>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {ListColumns} from decisioning.list where name > $1 order by name limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(after ?? ""), Of(Math.Clamp(limit, 1, MaxPage)) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<ListView>();
        while (await rows.ReadAsync(cancellationToken))
            page.Add(List(rows));
        return page;
    }

    /// <summary>A list; null when there is none of that name.</summary>
    public async Task<ListView?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, name, cancellationToken);
    }

    /// <summary>A page of a list's entries that count now, by value.</summary>
    /// <param name="name">The list.</param>
    /// <param name="prefix">Only values that begin so; null for all.</param>
    /// <param name="after">The last value that was seen; null for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<ListEntryView>> EntriesAsync(string name, string? prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        // What begins so lies between the beginning itself and the beginning with the last character there is: found by the key.
        await using var command = database.CreateCommand("""
            select value, reason, added_by, added_at, expires_at from decisioning.list_entry
            where list = $1 and value > $2 and value >= $3 and ($3 = '' or value < $3 || chr(1114111)) and removed_at is null and (expires_at is null or expires_at > $4)
            order by value limit $5
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(name), Of(after ?? ""), Of(prefix ?? ""), Of(time.GetUtcNow()), Of(Math.Clamp(limit, 1, MaxPage)) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<ListEntryView>();
        while (await rows.ReadAsync(cancellationToken))
            page.Add(new ListEntryView(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetFieldValue<DateTimeOffset>(3), rows.Instant(4)));
        return page;
    }

    /// <summary>What was done with one value of a list, the last at the top; at most 100.</summary>
    public async Task<IReadOnlyList<ListAuditView>> AuditAsync(string name, string value, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select action, value, actor, reason, at, expires_at from decisioning.list_audit where list = $1 and value = $2 order by id desc limit 100");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(name), Of(value) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var audit = new List<ListAuditView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            audit.Add(new ListAuditView(
                rows.GetString(0), rows.Text(1), rows.GetString(2), rows.GetString(3), rows.GetFieldValue<DateTimeOffset>(4), rows.Instant(5)));
        }
        return audit;
    }

    /// <summary>Clears away what expired an hour ago and what was taken off a day ago, a thousand each at most. True when there may be more.</summary>
    public async Task<bool> PruneAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var version = await TickAsync(connection, cancellationToken);
        var now = time.GetUtcNow();
        var expired = await ExecuteAsync(connection, Expire, cancellationToken, Of(now.AddHours(-1)), Of(version), Of(now), Of(MaxBulk));
        var forgotten = await ExecuteAsync(connection, Forget, cancellationToken, Of(now.AddDays(-1)), Of(MaxBulk));
        if (expired + forgotten > 0)
            await transaction.CommitAsync(cancellationToken);
        return expired == MaxBulk || forgotten == MaxBulk;
    }

    async Task<ListOutcome> ChangeAsync(
        string name, string[] values, Func<NpgsqlConnection, long, string[], Task<(int Changed, int Grown)>> change, CancellationToken cancellationToken)
    {
        if (values.Length > MaxBulk)
            throw new ArgumentException($"{values.Length} entries; {MaxBulk} is the most", nameof(values));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var version = await TickAsync(connection, cancellationToken);
        if (await FindAsync(connection, name, cancellationToken) is null)
            return new ListOutcome.NotFound();
        var (changed, grown) = await change(connection, version, values);
        if (changed == 0)
            return new ListOutcome.Done(0, version - 1);
        try
        {
            await ExecuteAsync(
                connection, "update decisioning.list set entries = entries + $2, version = $3 where name = $1", cancellationToken, Of(name), Of(grown), Of(version));
        }
        catch (PostgresException e) when (e.ConstraintName == "list_size")
        {
            return new ListOutcome.Full();
        }
        await transaction.CommitAsync(cancellationToken);
        return new ListOutcome.Done(changed, version);
    }

    static async Task<long> TickAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("update decisioning.list_clock set version = version + 1 returning version", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<int> CountAsync(NpgsqlConnection connection, string name, string[] values, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CountPresent, connection) { Parameters = { Of(name), Of(values) } };
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<ListView?> FindAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {ListColumns} from decisioning.list where name = $1", connection) { Parameters = { Of(name) } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? List(rows) : null;
    }

    static ListView List(NpgsqlDataReader row) => new(
        row.GetString(0), Enum.Parse<ListKind>(row.GetString(1), ignoreCase: true), row.GetString(2), row.GetInt32(3), row.GetInt64(4), row.GetString(5),
        row.GetFieldValue<DateTimeOffset>(6));

    static string Stored(ListKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{kind}");
}
