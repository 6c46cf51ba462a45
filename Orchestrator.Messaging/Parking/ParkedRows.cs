using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Messaging.Parking;

/// <summary>How parked messages are read.</summary>
internal static class ParkedRows
{
    /// <summary>The id of a message's cause.</summary>
    public const string Cause =
        "left(md5(concat_ws(chr(10), g.name, p.topic, coalesce(p.message_type, ''), coalesce(p.error_code, ''), " +
        "coalesce(p.exception_type, ''), coalesce(p.stack_hash, ''))), 16)";

    /// <summary>What <see cref="View"/> reads.</summary>
    public const string Columns =
        $"""
        select p.parked_id, g.name, case when p.status <> 'queued' then {Cause} end, p.status, p.topic, p.partition, p.position, p.message_key,
            p.message_id, p.message_type, p.error_code, p.exception_type, p.stack_hash, p.detail, p.attempts, p.parked_at, p.requested,
            case when exists (select 1 from messaging.stream_snapshot s where s.group_id = p.group_id) then 'stream' else 'lane' end, p.edit_id
        """;

    /// <summary>The column behind those that <see cref="View"/> reads.</summary>
    public const int Next = 19;

    /// <summary>Where they stand.</summary>
    public const string From = "from messaging.parked p join messaging.lane_group g using (group_id)";

    /// <summary>A message.</summary>
    public static ParkedView View(NpgsqlDataReader rows) => new(
        rows.GetInt64(0), rows.GetString(1), rows.Text(2), rows.GetString(3), rows.GetString(4), rows.GetInt32(5), rows.GetInt64(6), rows.GetString(7),
        rows.Id(8), rows.Text(9), rows.Text(10), rows.Text(11), rows.Text(12), rows.Text(13),
        rows.GetInt32(14), rows.GetFieldValue<DateTimeOffset>(15), rows.Text(16), rows.GetString(17), rows.Id(18));

    /// <summary>All messages of a statement's answer.</summary>
    public static async Task<List<ParkedView>> ViewsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<ParkedView>();
        while (await rows.ReadAsync(cancellationToken))
            found.Add(View(rows));
        return found;
    }
}
