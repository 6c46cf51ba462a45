using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Parking;

/// <summary>
/// Edits of parked messages: one person proposes, another approves. With the approval the new bytes take the place of those that came, in the row that keeps the
/// message's place among those of its key; what came is kept beside them for ever.
/// </summary>
public sealed class ParkedEdits(NpgsqlDataSource database, LaneMessageReader reader, TimeProvider time)
{
    /// <summary>The most edits of one page.</summary>
    public const int MaxPage = 200;

    // One that nobody has decided in time is expired, whether or not anybody has noted it.
    const string Columns =
        """
        select e.edit_id, e.number, e.parked_id, e.group_name, e.topic, e.message_key, e.message_type,
            case when e.state = 'proposed' and e.expires_at <= $1 then 'expired' else e.state end, e.reason, e.proposed_by, e.proposed_at, e.expires_at,
            e.decided_by, case when e.state = 'proposed' and e.expires_at <= $1 then e.expires_at else e.decided_at end, e.decision_reason
        """;

    const int Next = 15;

    /// <summary>Edits, the newest first.</summary>
    /// <param name="parkedId">Only those of this message; all when null.</param>
    /// <param name="state">Only those in this state.</param>
    /// <param name="before">The number of the last that was seen; null to begin.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<ParkedEdit>> ListAsync(long? parkedId, string? state, long? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        await using var command = database.CreateCommand(
            $"""
            select * from ({Columns} from messaging.parked_edit e where e.number < $2 and ($3 = 0 or e.parked_id = $3)) as shown (edit_id, number, c3, c4, c5, c6, c7, state)
            where $4 = '' or state = $4 order by number desc limit $5
            """);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            Statements.Of(time.GetUtcNow()), Statements.Of(before ?? long.MaxValue), Statements.Of(parkedId ?? 0), Statements.Of(state ?? ""), Statements.Of(limit),
        });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<ParkedEdit>();
        while (await rows.ReadAsync(cancellationToken))
            found.Add(View(rows));
        return found;
    }

    /// <summary>One edit with both messages; null when it is not there.</summary>
    public async Task<ParkedEditContent?> FindAsync(Guid editId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, editId, cancellationToken) is var (content, _) ? content : null;
    }

    /// <summary>Proposes other bytes for a message. Only what its lane could read is taken.</summary>
    /// <param name="proposal">What is proposed.</param>
    /// <param name="actor">Who proposes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ParkedEditOutcome> ProposeAsync(ParkedProposal proposal, string actor, CancellationToken cancellationToken)
    {
        var asked = Asked(proposal, actor);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await FindAsync(connection, proposal.EditId, cancellationToken) is var (before, askedBefore))
            return asked.AsSpan().SequenceEqual(askedBefore) ? new ParkedEditOutcome.Done(before.Edit, Repeated: true) : new ParkedEditOutcome.IdReused();
        if (await ParkedAsync(connection, proposal.ParkedId, cancellationToken) is not { } parked)
            return new ParkedEditOutcome.NotFound();
        if (parked.Raw.Body.AsSpan().SequenceEqual(proposal.Body))
            return new ParkedEditOutcome.Unfit("unchanged", "another body than the message has");
        var edited = Edited(parked.Raw, proposal);
        if (reader.Read(edited, new MessageOrigin(parked.Topic, -1), parked.ParkedAt, parked.IsTimer).Fault is { } fault)
            return new ParkedEditOutcome.Unfit(fault.Code, fault.Message);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        await Statements.ExecuteAsync(
            connection, "update messaging.parked_edit set state = 'expired', decided_at = expires_at where parked_id = $1 and state = 'proposed' and expires_at <= $2",
            cancellationToken, Statements.Of(proposal.ParkedId), Statements.Of(now));
        try
        {
            var added = await Statements.ExecuteAsync(
                connection,
                """
                insert into messaging.parked_edit (edit_id, parked_id, base_revision, group_name, topic, message_key, message_type, asked, reason, original, edited,
                    proposed_by, proposed_at, expires_at)
                select $1, p.parked_id, p.revision, g.name, p.topic, p.message_key, p.message_type, $4, $5, p.raw, $6, $7, $8, $9
                from messaging.parked p join messaging.lane_group g using (group_id) where p.parked_id = $2 and p.revision = $3
                """,
                cancellationToken, Statements.Of(proposal.EditId), Statements.Of(proposal.ParkedId), Statements.Of(parked.Revision), Statements.Of(asked),
                Statements.Of(proposal.Reason), Statements.Of(PackedRaw.Pack(edited)), Statements.Of(actor), Statements.Of(now), Statements.Of(proposal.ExpiresAt.ToUniversalTime()));
            if (added == 0)
                return new ParkedEditOutcome.NotFound();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // The same id a moment ago, or another edit of the message.
            await transaction.RollbackAsync(cancellationToken);
            return await FindAsync(connection, proposal.EditId, cancellationToken) is var (same, askedThen) && asked.AsSpan().SequenceEqual(askedThen)
                ? new ParkedEditOutcome.Done(same.Edit, Repeated: true)
                : new ParkedEditOutcome.Exists();
        }
        await NoteAsync(connection, proposal.ParkedId, "propose", actor, proposal.EditId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ParkedEditOutcome.Done((await FindAsync(connection, proposal.EditId, cancellationToken))!.Value.Content.Edit);
    }

    /// <summary>Approves an edit: in one transaction its bytes take the message's place, and the lane is asked to take it, unless it waits for its turn behind another.</summary>
    public Task<ParkedEditOutcome> ApproveAsync(Guid editId, string? reason, string actor, CancellationToken cancellationToken) =>
        DecideAsync(editId, approve: true, reason, actor, cancellationToken);

    /// <summary>Rejects an edit, or takes it back.</summary>
    public Task<ParkedEditOutcome> RejectAsync(Guid editId, string? reason, string actor, CancellationToken cancellationToken) =>
        DecideAsync(editId, approve: false, reason, actor, cancellationToken);

    async Task<ParkedEditOutcome> DecideAsync(Guid editId, bool approve, string? reason, string actor, CancellationToken cancellationToken)
    {
        var (wanted, now) = (approve ? "approved" : "rejected", time.GetUtcNow());
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Statements.ExecuteAsync(connection, "select 1 from messaging.parked_edit where edit_id = $1 for update", cancellationToken, Statements.Of(editId));
        if (await FindAsync(connection, editId, cancellationToken) is not var (content, _))
            return new ParkedEditOutcome.NotFound();
        var edit = content.Edit;
        if (edit.State != "proposed")
        {
            return string.Equals(edit.State, wanted, StringComparison.Ordinal) && string.Equals(edit.DecidedBy, actor, StringComparison.OrdinalIgnoreCase)
                ? new ParkedEditOutcome.Done(edit, Repeated: true)
                : new ParkedEditOutcome.Ended(edit.State);
        }
        if (approve && string.Equals(edit.ProposedBy, actor, StringComparison.OrdinalIgnoreCase))
            return new ParkedEditOutcome.MakerIsChecker();
        if (approve && await TakeItsPlaceAsync(connection, editId, actor, now, cancellationToken) is { } not)
        {
            if (not is ParkedEditOutcome.Ended(var state))
            {
                await Statements.ExecuteAsync(
                    connection, "update messaging.parked_edit set state = $2, decided_at = $3 where edit_id = $1", cancellationToken,
                    Statements.Of(editId), Statements.Of(state), Statements.Of(now));
                await transaction.CommitAsync(cancellationToken);
            }
            return not;
        }
        try
        {
            await Statements.ExecuteAsync(
                connection, "update messaging.parked_edit set state = $2, decided_by = $3, decided_at = $4, decision_reason = $5 where edit_id = $1", cancellationToken,
                Statements.Of(editId), Statements.Of(wanted), Statements.Of(actor), Statements.Of(now), Statements.OrNull(reason));
        }
        catch (PostgresException e) when (e.ConstraintName == "four_eyes")
        {
            // Names that the database takes for the same.
            return new ParkedEditOutcome.MakerIsChecker();
        }
        await NoteAsync(connection, edit.ParkedId, approve ? "approve" : "reject", actor, editId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ParkedEditOutcome.Done((await FindAsync(connection, editId, cancellationToken))!.Value.Content.Edit);
    }

    // Where something is asked for already, the lane may be at it with the bytes that it has read.
    static async Task<ParkedEditOutcome?> TakeItsPlaceAsync(NpgsqlConnection connection, Guid editId, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var placed = await Statements.ExecuteAsync(
            connection,
            """
            update messaging.parked p set raw = e.edited, revision = p.revision + 1, edit_id = e.edit_id, redrive_id = null,
                requested = case when p.status <> 'queued' then 'redrive' end, requested_by = case when p.status <> 'queued' then $2 end,
                requested_at = case when p.status <> 'queued' then $3::timestamptz end
            from messaging.parked_edit e where e.edit_id = $1 and p.parked_id = e.parked_id and p.revision = e.base_revision and p.requested is null
            """,
            cancellationToken, Statements.Of(editId), Statements.Of(actor), Statements.Of(now));
        if (placed > 0)
            return null;
        await using var left = new NpgsqlCommand(
            "select 1 from messaging.parked p join messaging.parked_edit e using (parked_id) where e.edit_id = $1 and p.revision = e.base_revision", connection)
        {
            Parameters = { Statements.Of(editId) },
        };
        return await left.ExecuteScalarAsync(cancellationToken) is null ? new ParkedEditOutcome.Ended("lapsed") : new ParkedEditOutcome.Busy();
    }

    static RawMessage Edited(RawMessage raw, ParkedProposal proposal) => raw with
    {
        Body = proposal.Body,
        Headers =
        [
            .. raw.Headers.Where(h => h.Key is not (CloudEventHeaders.ContentType or ParkedEdit.Header)),
            new(CloudEventHeaders.ContentType, Encoding.UTF8.GetBytes(CloudEventHeaders.Json)),
            new(ParkedEdit.Header, Encoding.UTF8.GetBytes($"{proposal.EditId}")),
        ],
    };

    static byte[] Asked(ParkedProposal proposal, string actor)
    {
        using var asked = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        asked.AppendData(Encoding.UTF8.GetBytes($"{proposal.ParkedId}\0{actor.ToLowerInvariant()}\0{proposal.Reason}\0"));
        asked.AppendData(proposal.Body);
        return asked.GetHashAndReset();
    }

    static Task<int> NoteAsync(NpgsqlConnection connection, long parkedId, string action, string actor, Guid editId, CancellationToken cancellationToken) => Statements.ExecuteAsync(
        connection, "insert into messaging.parked_audit (parked_id, action, actor, outcome) values ($1, $2, $3, $4)", cancellationToken,
        Statements.Of(parkedId), Statements.Of(action), Statements.Of(actor), Statements.Of($"edit {editId}"));

    static async Task<Parked?> ParkedAsync(NpgsqlConnection connection, long parkedId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select revision, topic, raw, parked_at, timer from messaging.parked where parked_id = $1", connection)
        {
            Parameters = { Statements.Of(parkedId) },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new Parked(row.GetInt32(0), row.GetString(1), PackedRaw.Unpack(row.GetFieldValue<byte[]>(2)), row.GetFieldValue<DateTimeOffset>(3), row.GetBoolean(4))
            : null;
    }

    async Task<(ParkedEditContent Content, byte[] Asked)?> FindAsync(NpgsqlConnection connection, Guid editId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"{Columns}, e.original, e.edited, e.asked from messaging.parked_edit e where e.edit_id = $2", connection)
        {
            Parameters = { Statements.Of(time.GetUtcNow()), Statements.Of(editId) },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        var content = new ParkedEditContent(View(row), PackedRaw.Unpack(row.GetFieldValue<byte[]>(Next)), PackedRaw.Unpack(row.GetFieldValue<byte[]>(Next + 1)));
        return (content, row.GetFieldValue<byte[]>(Next + 2));
    }

    static ParkedEdit View(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetString(5), row.Text(6), row.GetString(7), row.GetString(8),
        row.GetString(9), row.GetFieldValue<DateTimeOffset>(10), row.GetFieldValue<DateTimeOffset>(11), row.Text(12), row.Instant(13), row.Text(14));

    sealed record Parked(int Revision, string Topic, RawMessage Raw, DateTimeOffset ParkedAt, bool IsTimer);
}
