using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Messaging.Parking;

/// <summary>A parked message whose turn has come: redriven, discarded, or next in a key that is free again.</summary>
internal sealed record ParkedDue(long ParkedId, int Revision, LaneMessage Message, bool Discard);

/// <summary>What a lane knows of its parked messages: which keys wait, and whether there is anything to ask the database for.</summary>
internal sealed class ParkedLane(LaneGrant grant, NpgsqlDataSource database, LaneMessageReader reader)
{
    readonly HashSet<string> _blocked = new(StringComparer.Ordinal);

    /// <summary>Whether this lane has parked messages at all.</summary>
    public bool Any { get; private set; }

    public bool IsBlocked(string key) => _blocked.Contains(key);

    /// <summary>Remembers what was parked with a committed unit.</summary>
    public void Parked(IEnumerable<ParkedEntry> entries)
    {
        foreach (var entry in entries)
        {
            Any = true;
            if (!string.Equals(entry.Status, ParkedStatus.Refused, StringComparison.Ordinal))
                _blocked.Add(entry.Message.Key);
        }
    }

    /// <summary>Reads which keys wait.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            "select message_key, bool_or(status <> 'refused') from messaging.parked where group_id = $1 and partition = $2 group by message_key");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        _blocked.Clear();
        Any = false;
        while (await rows.ReadAsync(cancellationToken))
        {
            Any = true;
            if (rows.GetBoolean(1))
                _blocked.Add(rows.GetString(0));
        }
    }

    /// <summary>The messages whose turn has come, in order: asked for by a person, or queued with nothing failed before them.</summary>
    public async Task<List<ParkedDue>> DueAsync(CancellationToken cancellationToken)
    {
        const int atOnce = 100;
        await using var command = Command(
            $"""
            select p.parked_id, p.topic, p.raw, p.parked_at, coalesce(p.requested = 'discard', false), p.timer, p.revision from messaging.parked p
            where p.group_id = $1 and p.partition = $2 and (
                (p.requested is not null and p.status <> 'queued')
                or (p.status = 'queued' and not exists (
                    select 1 from messaging.parked f where f.group_id = p.group_id and f.partition = p.partition
                        and f.message_key = p.message_key and f.status = 'failed' and f.parked_id < p.parked_id)))
            order by p.parked_id limit {atOnce}
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<ParkedDue>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var raw = PackedRaw.Unpack(rows.GetFieldValue<byte[]>(2));
            if (!await IsReadyAsync(raw, cancellationToken))
                break;
            var message = reader.Read(raw, new MessageOrigin(rows.GetString(1), -1), rows.GetFieldValue<DateTimeOffset>(3), rows.GetBoolean(5));
            due.Add(new ParkedDue(rows.GetInt64(0), rows.GetInt32(6), message, rows.GetBoolean(4)));
        }
        return due;
    }

    // While the schema registry is away it waits, and what stands behind it; the lane goes on.
    async Task<bool> IsReadyAsync(RawMessage raw, CancellationToken cancellationToken)
    {
        try
        {
            await reader.PrepareAsync(raw.Body, cancellationToken);
            return true;
        }
        catch (RegistryAwayException)
        {
            return false;
        }
    }

    NpgsqlCommand Command(string sql)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = grant.GroupId });
        command.Parameters.Add(new() { Value = grant.Lane.Partition });
        return command;
    }
}
