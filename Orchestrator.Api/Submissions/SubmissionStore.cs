using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Outbox;

namespace Orchestrator.Api.Submissions;

/// <summary>
/// Accepts submissions: once each, however often and at once they come. The unique constraints decide; a request that loses waits for the
/// winner's commit inside the insert and then answers as the winner did.
/// </summary>
public sealed class SubmissionStore(NpgsqlDataSource dataSource, IEdgeOutbox outbox, TimeProvider time)
{
    // A conflict whose row is gone when we look means that it was pruned in between: rare twice, absurd three times.
    const int MaxAttempts = 3;

    // How long a full queue towards a broker that is away may hold up an answer.
    static readonly TimeSpan MaxPublishWait = TimeSpan.FromSeconds(1);

    /// <summary>Stores and publishes <paramref name="submission"/>, unless it or another took its place before.</summary>
    public async Task<SubmissionOutcome> AcceptAsync(Submission submission, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (await TryInsertAsync(connection, submission, cancellationToken) is { } receipt)
            {
                await PublishAsync(receipt);
                return new SubmissionOutcome.Accepted(submission.Response);
            }
            if (await FindAsync(connection, submission, cancellationToken) is { } outcome)
                return outcome;
        }
        throw new TimeoutException($"A {submission.Kind.Name} came and went {MaxAttempts} times");
    }

    /// <summary>What was accepted about a subject; null when nothing was, or it is longer ago than submissions are kept.</summary>
    public async Task<AcceptedSubmission?> FindAsync(SubmissionKind kind, string subject, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "select message_key, message, created_at, message_type from api.submission where kind = $1 and subject = $2");
        command.Parameters.AddWithValue(kind.Name);
        command.Parameters.AddWithValue(subject);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new AcceptedSubmission(reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3))
            : null;
    }

    // The request is accepted by now: should its client go away, or the broker, the outbox publishes it later.
    async Task PublishAsync(EdgeReceipt receipt)
    {
        using var bound = new CancellationTokenSource(MaxPublishWait, time);
        try
        {
            await outbox.PublishAsync(receipt, bound.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task<EdgeReceipt?> TryInsertAsync(NpgsqlConnection connection, Submission submission, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var insert = new NpgsqlCommand(
            """
            insert into api.submission
                (kind, subject, idempotency_key, request_hash, response, topic, message_key, message_id, message_type, message, created_at)
            select $1, s.subject, $3, $4, $5, $6, $7, $8, $9, case when s.subject = $2 then $10 else ''::bytea end, $11
            from unnest($12) as s (subject)
            on conflict do nothing
            """,
            connection,
            transaction);
        var message = submission.Message;
        insert.Parameters.AddWithValue(submission.Kind.Name);
        insert.Parameters.AddWithValue(submission.Subject);
        insert.Parameters.Add(new NpgsqlParameter { Value = (object?)submission.IdempotencyKey ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        insert.Parameters.AddWithValue(submission.RequestHash);
        insert.Parameters.AddWithValue(submission.Response);
        insert.Parameters.AddWithValue(message.Topic);
        insert.Parameters.AddWithValue(message.Key);
        insert.Parameters.AddWithValue(message.Id);
        insert.Parameters.AddWithValue(message.Type);
        insert.Parameters.AddWithValue(message.Body.ToArray());
        insert.Parameters.AddWithValue(time.GetUtcNow().UtcDateTime);
        var subjects = Subjects(submission);
        insert.Parameters.AddWithValue(subjects);
        // What is left is rolled back.
        if (await insert.ExecuteNonQueryAsync(cancellationToken) < subjects.Length)
            return null;
        var receipt = await outbox.AddAsync(connection, transaction, [message], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return receipt;
    }

    // In one order, so that two requests for some of the same wait for one another and do not stand in each other's way.
    static string[] Subjects(Submission submission) => [.. (submission.OtherSubjects ?? []).Append(submission.Subject).Order(StringComparer.Ordinal)];

    // By the key first: "you used this key for something else" says more than "that transaction exists".
    static async Task<SubmissionOutcome?> FindAsync(NpgsqlConnection connection, Submission submission, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand(
            """
            select request_hash, response, idempotency_key is not distinct from $3 and $3 is not null as by_key, subject
            from api.submission where kind = $1 and (subject = any($2) or idempotency_key = $3)
            order by by_key desc
            """,
            connection);
        select.Parameters.AddWithValue(submission.Kind.Name);
        select.Parameters.AddWithValue(Subjects(submission));
        select.Parameters.Add(new NpgsqlParameter { Value = (object?)submission.IdempotencyKey ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        SubmissionOutcome? outcome = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(submission.RequestHash))
                return reader.GetBoolean(2) ? new SubmissionOutcome.KeyReused() : new SubmissionOutcome.SubjectTaken(reader.GetString(3));
            outcome ??= new SubmissionOutcome.Repeated(reader.GetString(1));
        }
        return outcome;
    }
}

/// <summary>A submission that was accepted.</summary>
/// <param name="MessageKey">The Kafka key it was published under.</param>
/// <param name="Message">The message as it was published, JSON.</param>
/// <param name="AcceptedAt">When, UTC.</param>
/// <param name="MessageType">The message's type (ce_type).</param>
public sealed record AcceptedSubmission(string MessageKey, byte[] Message, DateTimeOffset AcceptedAt, string MessageType);
