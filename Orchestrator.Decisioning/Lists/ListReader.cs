using System.Data;
using Npgsql;

namespace Orchestrator.Decisioning.Lists;

/// <summary>
/// Brings a snapshot of all lists up to date: asks for what changed after its version, by an index, page by page, within one snapshot of the
/// database. What was read stays right whatever is changed meanwhile.
/// </summary>
public sealed class ListReader(NpgsqlDataSource database)
{
    const int Page = 10_000;

    // Where many entries come at once they are put into their lists in large pieces: each time a list is written anew.
    const int Piece = 250_000;

    /// <summary>The version of the lists now.</summary>
    public async Task<long> VersionAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select version from decisioning.list_clock");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The lists as they are now.</summary>
    /// <param name="known">What is known already; <see cref="ListsSnapshot.None"/> for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ListsSnapshot> ReadAsync(ListsSnapshot known, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var lists = new Dictionary<string, ListEntries>(StringComparer.Ordinal);
        var version = known.Version;
        await using (var command = new NpgsqlCommand("select c.version, l.name from decisioning.list_clock c, decisioning.list l limit 1001", connection))
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                version = rows.GetInt64(0);
                lists[rows.GetString(1)] = known.Find(rows.GetString(1)) ?? ListEntries.Empty;
            }
        }
        var pending = new Dictionary<string, List<ListEntryChange>>(StringComparer.Ordinal);
        var waiting = 0;
        for (var after = known.Version; after < version;)
        {
            (after, var read) = await PageAsync(connection, after, version, pending, cancellationToken);
            waiting += read;
            if (waiting < Piece && after < version)
                continue;
            foreach (var (list, changes) in pending)
                lists[list] = lists[list].With(changes);
            pending.Clear();
            waiting = 0;
        }
        return new ListsSnapshot(version, lists);
    }

    /// <summary>Lists that hold no more than what counts of <paramref name="values"/>: enough to try one input, whatever the lists' size.</summary>
    /// <param name="names">The lists.</param>
    /// <param name="values">All that is looked up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ListsSnapshot> ReadAsync(IReadOnlyList<string> names, IReadOnlyCollection<string> values, CancellationToken cancellationToken)
    {
        var found = names.ToDictionary(n => n, _ => new List<ListEntryChange>(), StringComparer.Ordinal);
        await using var command = database.CreateCommand(
            "select list, value, expires_at from decisioning.list_entry where list = any($1) and value = any($2) and removed_at is null");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. names] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. values] });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var expires = rows.IsDBNull(2) ? ListEntryChange.Never : rows.GetFieldValue<DateTimeOffset>(2).ToUnixTimeMilliseconds();
            found[rows.GetString(0)].Add(new ListEntryChange(rows.GetString(1), expires));
        }
        return new ListsSnapshot(0, found.ToDictionary(l => l.Key, l => ListEntries.Of(l.Value), StringComparer.Ordinal));
    }

    // A version has at most a thousand entries, so a full page holds more than one whole version, and the last, which may be cut, is read again.
    static async Task<(long After, int Read)> PageAsync(
        NpgsqlConnection connection, long after, long upTo, Dictionary<string, List<ListEntryChange>> pending, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select version, list, value, expires_at, removed_at is not null from decisioning.list_entry where version > $1 order by version limit $2", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = after }, new NpgsqlParameter<int> { TypedValue = Page } },
        };
        var page = new List<(long Version, string List, ListEntryChange Change)>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var expires = rows.IsDBNull(3) ? ListEntryChange.Never : rows.GetFieldValue<DateTimeOffset>(3).ToUnixTimeMilliseconds();
            page.Add((rows.GetInt64(0), rows.GetString(1), new ListEntryChange(rows.GetString(2), expires, rows.GetBoolean(4))));
        }
        var whole = page.Count == Page ? page[^1].Version - 1 : upTo;
        foreach (var (_, list, change) in page.Where(r => r.Version <= whole))
        {
            if (!pending.TryGetValue(list, out var changes))
                pending.Add(list, changes = []);
            changes.Add(change);
        }
        return (whole, page.Count);
    }
}
