using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Links;

/// <summary>Links of cases, and those that follow from their alerts.</summary>
public sealed class LinkStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most that people give one case.</summary>
    public const int MaxOfCase = 200;

    /// <summary>Adds one. The same again is the one that is there.</summary>
    /// <param name="caseId">The case.</param>
    /// <param name="kind">What it leads to.</param>
    /// <param name="target">Its id.</param>
    /// <param name="note">Why.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<LinkResult> AddAsync(Guid caseId, LinkKind kind, string target, string? note, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await ExistsAsync(connection, "select from casework.work_case where case_id = $1 for no key update", cancellationToken, Statements.Of(caseId)))
            return new LinkResult.NoCase();
        if (kind == LinkKind.Case && (target == $"{caseId}"
            || !await ExistsAsync(connection, "select from casework.work_case where case_id = $1", cancellationToken, Statements.Of(Guid.Parse(target)))))
        {
            return new LinkResult.NoTarget();
        }
        var there = await ByPeopleAsync(connection, caseId, cancellationToken);
        if (there.FirstOrDefault(l => l.Kind == kind && l.Target == target) is { } known)
            return new LinkResult.Linked(known, Known: true);
        if (there.Count >= MaxOfCase)
            return new LinkResult.Full();
        var link = new CaseLink(kind, target, LinkSource.Person, Guid.CreateVersion7(now), note, actor, now);
        await Statements.ExecuteAsync(
            connection, "insert into casework.case_link (link_id, case_id, kind, target, note, added_by, added_at) values ($1, $2, $3, $4, $5, $6, $7)", cancellationToken,
            Statements.Of(link.LinkId!.Value), Statements.Of(caseId), Statements.Of(Name(kind)), Statements.Of(target), Statements.OrNull(note), Statements.Of(actor), Statements.Of(now));
        await LogAsync(connection, caseId, link, "link", actor, now, note, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new LinkResult.Linked(link, Known: false);
    }

    /// <summary>Removes one.</summary>
    /// <returns>False when the case has none of this id.</returns>
    public async Task<bool> RemoveAsync(Guid caseId, Guid linkId, string actor, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            update casework.case_link set removed_by = $3, removed_at = $4, removed_reason = $5 where link_id = $1 and case_id = $2 and removed_at is null
            returning kind, target, link_id, note, added_by, added_at
            """, connection)
        {
            Parameters = { Statements.Of(linkId), Statements.Of(caseId), Statements.Of(actor), Statements.Of(now), Statements.Of(reason) },
        };
        CaseLink removed;
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
                return false;
            removed = Read(row);
        }
        await LogAsync(connection, caseId, removed, "unlink", actor, now, reason, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>
    /// What a case has to do with: what people say, oldest first; which cases people have linked with it, 200 at most; then what its alerts are about, 500 at most. Null when there is no
    /// such case.
    /// </summary>
    public async Task<IReadOnlyList<CaseLink>?> ListAsync(Guid caseId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (!await ExistsAsync(connection, "select from casework.work_case where case_id = $1", cancellationToken, Statements.Of(caseId)))
            return null;
        var links = await ByPeopleAsync(connection, caseId, cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select case_id, note, added_by, added_at from casework.case_link where kind = 'case' and target = $1 and removed_at is null order by added_at limit 200")
                {
                    Parameters = { Statements.Of($"{caseId}") },
                },
                new(
                    """
                    select transaction_id, min(raised_at) from casework.alert where case_id = $1 and transaction_id is not null
                    group by transaction_id order by min(raised_at), transaction_id limit 500
                    """)
                {
                    Parameters = { Statements.Of(caseId) },
                },
            },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            links.Add(new CaseLink(LinkKind.Case, $"{rows.GetGuid(0)}", LinkSource.OtherCase, null, rows.Text(1), rows.GetString(2), rows.GetFieldValue<DateTimeOffset>(3)));
        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            links.Add(new CaseLink(LinkKind.Transaction, $"{rows.GetGuid(0)}", LinkSource.Alert, AddedAt: rows.GetFieldValue<DateTimeOffset>(1)));
        return links;
    }

    static async Task<List<CaseLink>> ByPeopleAsync(NpgsqlConnection connection, Guid caseId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select kind, target, link_id, note, added_by, added_at from casework.case_link where case_id = $1 and removed_at is null order by added_at, link_id", connection)
        {
            Parameters = { Statements.Of(caseId) },
        };
        var links = new List<CaseLink>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            links.Add(Read(rows));
        return links;
    }

    static async Task<bool> ExistsAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken);
    }

    static Task<int> LogAsync(
        NpgsqlConnection connection, Guid caseId, CaseLink link, string action, string actor, DateTimeOffset now, string? reason, CancellationToken cancellationToken) =>
        Statements.ExecuteAsync(
            connection,
            $"insert into casework.case_log (case_id, at, actor, action, {(action == "link" ? "new_value" : "old_value")}, reason) values ($1, $2, $3, $4, $5::jsonb, $6)",
            cancellationToken,
            Statements.Of(caseId), Statements.Of(now), Statements.Of(actor), Statements.Of(action),
            Statements.Of(JsonSerializer.Serialize(new { linkId = link.LinkId, kind = Name(link.Kind), target = link.Target })), Statements.OrNull(reason));

    static string Name(LinkKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{kind}");

    static CaseLink Read(NpgsqlDataReader row) => new(
        Enum.Parse<LinkKind>(row.GetString(0), ignoreCase: true), row.GetString(1), LinkSource.Person, row.GetGuid(2), row.Text(3), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5));
}
