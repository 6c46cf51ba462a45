using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Wire;
using static Orchestrator.Messaging.Parking.ParkedRows;

namespace Orchestrator.Messaging.Parking;

/// <summary>
/// Parked messages for people: what there is, by cause, and what to do about it. A request is only noted and audited here; the lane that owns the
/// message carries it out in order, in a unit of work of its own, so that asking twice does nothing twice.
/// </summary>
public sealed class ParkedMessages(NpgsqlDataSource database)
{
    /// <summary>The most messages of one page, and causes of one answer.</summary>
    public const int MaxPage = 500;

    /// <summary>The most messages that one request for a cause takes; ask again for more.</summary>
    public const int MaxRequested = 10_000;

    /// <summary>How many are parked.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select count(*) from messaging.parked");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The causes, those with most messages first; at most <see cref="MaxPage"/>.</summary>
    public async Task<IReadOnlyList<ParkedCauseView>> CausesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select {Cause} as cause, g.name, p.topic, p.message_type, p.error_code, p.exception_type, p.stack_hash, count(*),
                coalesce(sum((select count(*) from messaging.parked q where q.group_id = p.group_id and q.partition = p.partition
                    and q.message_key = p.message_key and q.status = 'queued' and q.parked_id > p.parked_id and not exists (
                        select 1 from messaging.parked f where f.group_id = p.group_id and f.partition = p.partition and f.message_key = p.message_key
                            and f.status = 'failed' and f.parked_id > p.parked_id and f.parked_id < q.parked_id)))
                    filter (where p.status = 'failed'), 0)::bigint,
                min(p.parked_at), max(p.parked_at), (array_agg(p.detail order by p.parked_id))[1], min(p.parked_id)
            {From}
            where p.status <> 'queued'
            group by 1, 2, 3, 4, 5, 6, 7 order by 8 desc, 1 limit {MaxPage}
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var causes = new List<ParkedCauseView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            causes.Add(new ParkedCauseView(
                rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.Text(3), rows.Text(4), rows.Text(5), rows.Text(6),
                rows.GetInt64(7), rows.GetInt64(8), rows.GetFieldValue<DateTimeOffset>(9), rows.GetFieldValue<DateTimeOffset>(10), rows.Text(11), rows.GetInt64(12)));
        }
        return causes;
    }

    /// <summary>A page of parked messages, oldest first.</summary>
    /// <param name="causeId">Only those of this cause; all when null.</param>
    /// <param name="after">The last id that was seen; 0 for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<ParkedView>> PageAsync(string? causeId, long after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        await using var command = database.CreateCommand(causeId is null
            ? $"{Columns} {From} where p.parked_id > $1 order by p.parked_id limit $2"
            : $"{Columns} {From} where p.parked_id > $1 and p.status <> 'queued' and {Cause} = $3 order by p.parked_id limit $2");
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(limit);
        if (causeId is not null)
            command.Parameters.AddWithValue(causeId);
        return await ViewsAsync(command, cancellationToken);
    }

    /// <summary>The parked messages of a key, oldest first, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<ParkedView>> OfKeyAsync(string key, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Columns} {From} where p.message_key = $1 order by p.parked_id limit $2");
        command.Parameters.AddWithValue(key);
        command.Parameters.AddWithValue(limit);
        return await ViewsAsync(command, cancellationToken);
    }

    /// <summary>One parked message with its bytes; null when it is not there (any more).</summary>
    public async Task<(ParkedView View, RawMessage Raw)?> FindAsync(long parkedId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Columns}, p.raw {From} where p.parked_id = $1");
        command.Parameters.AddWithValue(parkedId);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (View(rows), PackedRaw.Unpack(rows.GetFieldValue<byte[]>(Next))) : null;
    }

    /// <summary>What was done about a parked message, oldest first; kept after the message is gone.</summary>
    public async Task<IReadOnlyList<ParkedAuditView>> AuditAsync(long parkedId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select action, actor, outcome, at from messaging.parked_audit where parked_id = $1 order by audit_id limit {MaxPage}");
        command.Parameters.AddWithValue(parkedId);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var audit = new List<ParkedAuditView>();
        while (await rows.ReadAsync(cancellationToken))
            audit.Add(new ParkedAuditView(rows.GetString(0), rows.GetString(1), rows.Text(2), rows.GetFieldValue<DateTimeOffset>(3)));
        return audit;
    }

    /// <summary>Asks for one message to be redriven or discarded.</summary>
    /// <returns>Whether it was noted; false when the message is not there or something was asked for already.</returns>
    public async Task<bool> RequestAsync(long parkedId, ParkedRequest request, string actor, CancellationToken cancellationToken) =>
        await RequestAsync("p.parked_id = $3", request, actor, command => command.Parameters.AddWithValue(parkedId), cancellationToken) > 0;

    /// <summary>Asks for the messages of a cause to be redriven or discarded, oldest first, at most <see cref="MaxRequested"/>.</summary>
    /// <returns>For how many it was noted.</returns>
    public Task<int> RequestCauseAsync(string causeId, ParkedRequest request, string actor, CancellationToken cancellationToken) =>
        RequestAsync($"p.status <> 'queued' and {Cause} = $3", request, actor, command => command.Parameters.AddWithValue(causeId), cancellationToken);

    async Task<int> RequestAsync(
        string which, ParkedRequest request, string actor, Action<NpgsqlCommand> addWhich, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            with chosen as (
                select p.parked_id {From}
                where {which} and p.requested is null order by p.parked_id limit {MaxRequested} for update of p
            ), noted as (
                update messaging.parked p set requested = $1, requested_by = $2, requested_at = now(), redrive_id = null
                from chosen where p.parked_id = chosen.parked_id returning p.parked_id
            )
            insert into messaging.parked_audit (parked_id, action, actor, outcome) select parked_id, $1, $2, 'requested' from noted
            """);
        command.Parameters.AddWithValue(request == ParkedRequest.Redrive ? "redrive" : "discard");
        command.Parameters.AddWithValue(actor);
        addWhich(command);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
