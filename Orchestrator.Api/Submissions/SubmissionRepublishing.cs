using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Submissions;

/// <summary>
/// After a new Kafka cluster was adopted, publishes the accepted submissions again that a group of this process has not seen: the old cluster took
/// them along unread. Old ids are kept, so whoever has taken one drops it. Bounded batches; it goes on where a process that died has stopped.
/// </summary>
public sealed partial class SubmissionRepublishing(
    NpgsqlDataSource database, IEdgeOutbox outbox, IEnumerable<LaneGroup> groups, TimeProvider time, ILogger<SubmissionRepublishing> logger)
    : BackgroundService
{
    const int BatchRows = 500;
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var group in groups)
        {
            var total = 0;
            while (true)
            {
                try
                {
                    if (await PublishNextAsync(group, stoppingToken) is not { } published)
                        break;
                    total += published;
                }
                catch (Exception e) when (Failures.IsTransient(e) && !stoppingToken.IsCancellationRequested)
                {
                    Postponed(logger, e.Message);
                    await Task.Delay(Pause, time, stoppingToken);
                }
            }
            if (total > 0)
                Republished(logger, total, group.Name);
        }
    }

    /// <summary>Publishes one batch.</summary>
    /// <returns>How many messages; null when there is nothing (left) to do.</returns>
    async Task<int?> PublishNextAsync(LaneGroup group, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await NextAsync(connection, group, cancellationToken) is not { } next)
            return null;
        var messages = await ReadAsync(connection, group, next, cancellationToken);
        var more = await AdvanceAsync(connection, group, next, cancellationToken);
        var receipt = messages.Count == 0 ? null : await outbox.AddAsync(connection, transaction, messages, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (receipt is not null)
            await outbox.PublishAsync(receipt, cancellationToken);
        return more ? messages.Count : null;
    }

    // Only the last adoption matters: what an earlier one left undone is as much undone for it. The row lock keeps two processes apart.
    static async Task<Progress?> NextAsync(NpgsqlConnection connection, LaneGroup group, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into api.republication (event_id, reader, done_submission_id, updated_at)
            select event_id, $1, 0, now() from messaging.cluster_event where kind = 'adopted' order by event_id desc limit 1
            on conflict (event_id, reader) do update set updated_at = now()
            returning event_id, done_submission_id, (select at from messaging.cluster_event e where e.event_id = republication.event_id)
            """,
            connection) { Parameters = { new() { Value = group.Name } } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? new Progress(rows.GetInt64(0), rows.GetInt64(1), rows.GetFieldValue<DateTimeOffset>(2))
            : null;
    }

    static async Task<List<OutgoingMessage>> ReadAsync(NpgsqlConnection connection, LaneGroup group, Progress next, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select s.topic, s.message_key, s.message_id, s.message_type, s.created_at, s.message
            from (select * from api.submission where submission_id > $1 and created_at < $2 order by submission_id limit {BatchRows}) s
            where s.topic = any($3) and octet_length(s.message) > 0 and not exists (
                select 1 from messaging.inbox i join messaging.lane_group g using (group_id) where g.name = $4 and i.message_id = s.message_id)
            order by s.submission_id
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = next.Done }, new() { Value = next.AdoptedAt.UtcDateTime }, new() { Value = group.Topics.ToArray() }, new() { Value = group.Name },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<OutgoingMessage>();
        while (await rows.ReadAsync(cancellationToken))
        {
            messages.Add(new OutgoingMessage(
                rows.GetString(0), rows.GetString(1), rows.GetGuid(2), rows.GetString(3), Submission.Source,
                rows.GetFieldValue<DateTimeOffset>(4), TraceParent: null, rows.GetFieldValue<byte[]>(5)));
        }
        return messages;
    }

    // Whether there was anything to go on from.
    static async Task<bool> AdvanceAsync(NpgsqlConnection connection, LaneGroup group, Progress next, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            update api.republication r set done_submission_id = batch.last
            from (select max(submission_id) as last from (
                select submission_id from api.submission where submission_id > $1 and created_at < $2 order by submission_id limit {BatchRows}) b) batch
            where r.event_id = $3 and r.reader = $4 and batch.last is not null
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = next.Done }, new() { Value = next.AdoptedAt.UtcDateTime }, new() { Value = next.EventId }, new() { Value = group.Name },
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    [LoggerMessage(LogLevel.Warning, "Published {Count} accepted submissions again that group {Group} had not seen when the Kafka cluster was lost")]
    static partial void Republished(ILogger logger, int count, string group);

    [LoggerMessage(LogLevel.Warning, "Publishing again waits: {Reason}")]
    static partial void Postponed(ILogger logger, string reason);

    sealed record Progress(long EventId, long Done, DateTimeOffset AdoptedAt);
}
