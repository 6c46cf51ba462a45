using System.Data;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Attachments;

/// <summary>Attachments of cases. What is attached is stored once by its hash, and goes with the last attachment that has it.</summary>
public sealed class AttachmentStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most of one case.</summary>
    public const int MaxOfCase = 20;

    const string Columns =
        "a.attachment_id, a.case_id, a.name, a.media_type, a.size, encode(a.sha256, 'hex'), a.added_by, a.added_at, a.removed_by, a.removed_at, a.removed_reason";

    /// <summary>Adds one. The same file under the same name again is the one that is there.</summary>
    /// <param name="caseId">The case.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="mediaType">What it is; checked by <see cref="AttachmentContent"/>.</param>
    /// <param name="content">All of it.</param>
    /// <param name="actor">Who adds it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AttachResult> AddAsync(Guid caseId, string name, string mediaType, byte[] content, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var hash = SHA256.HashData(content);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await LockCaseAsync(connection, caseId, cancellationToken))
            return new AttachResult.NoCase();
        var there = await ListAsync(connection, caseId, cancellationToken);
        if (there.FirstOrDefault(a => a.RemovedAt is null && a.Name == name && a.Sha256 == Convert.ToHexStringLower(hash)) is { } known)
            return new AttachResult.Attached(known, Known: true);
        if (there.Count(a => a.RemovedAt is null) >= MaxOfCase)
            return new AttachResult.Full();
        var added = new Attachment(Guid.CreateVersion7(now), caseId, name, mediaType, content.Length, Convert.ToHexStringLower(hash), actor, now);
        await LockContentAsync(connection, hash, cancellationToken);
        await Statements.ExecuteAsync(
            connection, "insert into casework.content (sha256, size, bytes) values ($1, $2, $3) on conflict do nothing", cancellationToken,
            Statements.Of(hash), Statements.Of(content.Length), Statements.Of(content));
        await Statements.ExecuteAsync(
            connection,
            """
            insert into casework.attachment (attachment_id, case_id, name, media_type, size, sha256, stored, added_by, added_at) values ($1, $2, $3, $4, $5, $6, $6, $7, $8)
            """, cancellationToken,
            Statements.Of(added.AttachmentId), Statements.Of(caseId), Statements.Of(name), Statements.Of(mediaType), Statements.Of(content.Length), Statements.Of(hash),
            Statements.Of(actor), Statements.Of(now));
        await LogAsync(connection, added, "attach", actor, now, reason: null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new AttachResult.Attached(added, Known: false);
    }

    /// <summary>A case's attachments, oldest first, those too that were removed; null when there is no such case.</summary>
    public async Task<IReadOnlyList<Attachment>?> ListAsync(Guid caseId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var exists = new NpgsqlCommand("select from casework.work_case where case_id = $1", connection) { Parameters = { Statements.Of(caseId) } })
        {
            await using var row = await exists.ExecuteReaderAsync(cancellationToken);
            if (!await row.ReadAsync(cancellationToken))
                return null;
        }
        return await ListAsync(connection, caseId, cancellationToken);
    }

    /// <summary>Opens what is attached; null when it is not there, or not any more. Dispose what is returned.</summary>
    public async Task<OpenAttachment?> OpenAsync(Guid caseId, Guid attachmentId, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(
                $"select {Columns}, c.bytes from casework.attachment a join casework.content c on c.sha256 = a.stored where a.attachment_id = $1 and a.case_id = $2", connection)
            {
                Parameters = { Statements.Of(attachmentId), Statements.Of(caseId) },
            };
            var row = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
            if (await row.ReadAsync(cancellationToken))
            {
                var attachment = Read(row);
                return new OpenAttachment(attachment, await row.GetStreamAsync(11, cancellationToken), row, connection);
            }
            await row.DisposeAsync();
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Removes one: what it was stays, what was in it goes unless another attachment has it.</summary>
    /// <returns>It; null when the case has none of this id.</returns>
    public async Task<Attachment?> RemoveAsync(Guid caseId, Guid attachmentId, string actor, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            update casework.attachment a set stored = null, removed_by = $3, removed_at = $4, removed_reason = $5
            where attachment_id = $1 and case_id = $2 and removed_at is null returning {Columns}
            """, connection)
        {
            Parameters = { Statements.Of(attachmentId), Statements.Of(caseId), Statements.Of(actor), Statements.Of(now), Statements.Of(reason) },
        };
        Attachment removed;
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
                return null;
            removed = Read(row);
        }
        var hash = Convert.FromHexString(removed.Sha256);
        await LockContentAsync(connection, hash, cancellationToken);
        await Statements.ExecuteAsync(
            connection, "delete from casework.content where sha256 = $1 and not exists (select from casework.attachment where stored = $1)", cancellationToken, Statements.Of(hash));
        await LogAsync(connection, removed, "detach", actor, now, reason, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return removed;
    }

    static async Task<bool> LockCaseAsync(NpgsqlConnection connection, Guid caseId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select from casework.work_case where case_id = $1 for no key update", connection) { Parameters = { Statements.Of(caseId) } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken);
    }

    // Whoever adds content and whoever takes the last attachment of it away wait for each other.
    static Task<int> LockContentAsync(NpgsqlConnection connection, byte[] hash, CancellationToken cancellationToken) =>
        Statements.ExecuteAsync(connection, "select pg_advisory_xact_lock($1)", cancellationToken, Statements.Of(BitConverter.ToInt64(hash)));

    static async Task<IReadOnlyList<Attachment>> ListAsync(NpgsqlConnection connection, Guid caseId, CancellationToken cancellationToken)
    {
        // Removed ones count as lines of the log do: 1,000 at most are shown.
        await using var command = new NpgsqlCommand($"select {Columns} from casework.attachment a where case_id = $1 order by (removed_at is not null), added_at, attachment_id limit 1000", connection)
        {
            Parameters = { Statements.Of(caseId) },
        };
        var attachments = new List<Attachment>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            attachments.Add(Read(rows));
        attachments.Sort((a, b) => (a.AddedAt, a.AttachmentId).CompareTo((b.AddedAt, b.AttachmentId)));
        return attachments;
    }

    static async Task LogAsync(
        NpgsqlConnection connection, Attachment attachment, string action, string actor, DateTimeOffset now, string? reason, CancellationToken cancellationToken)
    {
        var shown = JsonSerializer.Serialize(
            new { attachmentId = attachment.AttachmentId, name = attachment.Name, mediaType = attachment.MediaType, size = attachment.Size, sha256 = attachment.Sha256 });
        await Statements.ExecuteAsync(
            connection,
            $"""
            insert into casework.case_log (case_id, at, actor, action, {(action == "attach" ? "new_value" : "old_value")}, reason) values ($1, $2, $3, $4, $5::jsonb, $6)
            """, cancellationToken,
            Statements.Of(attachment.CaseId), Statements.Of(now), Statements.Of(actor), Statements.Of(action), Statements.Of(shown), Statements.OrNull(reason));
    }

    static Attachment Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetString(5), row.GetString(6), row.GetFieldValue<DateTimeOffset>(7),
        row.Text(8), row.Instant(9), row.Text(10));
}

/// <summary>An attachment that is being read.</summary>
/// <param name="Attachment">It.</param>
/// <param name="Content">All of it, from the start, as the database sends it.</param>
/// <param name="Row">Where it is read from.</param>
/// <param name="Connection">Over which.</param>
public sealed record OpenAttachment(Attachment Attachment, Stream Content, NpgsqlDataReader Row, NpgsqlConnection Connection) : IAsyncDisposable
{
    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        await Row.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
