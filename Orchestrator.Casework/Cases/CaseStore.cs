using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Wire;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Casework.Cases;

/// <summary>
/// Changes of cases, each in one transaction with its line of the log and with what it publishes: a case that is closed as fraud or as genuine decides about the
/// transactions that are held for it.
/// </summary>
public sealed class CaseStore(NpgsqlDataSource database, IEdgeOutbox outbox, MessageCatalog catalog, TimeProvider time, IOptions<CaseworkOptions> options)
{
    /// <summary>ce_source of what cases publish.</summary>
    public const string Source = "/orchestrator/casework";

    // An account with more doubtful transactions than this in one case is decided about in several.
    const int MaxFindings = 500;

    /// <summary>The next case of a queue: the most urgent that nobody has. Two who ask at once never get the same one.</summary>
    /// <param name="queue">The queue; any when null.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The case; null when none waits; or why nobody gets one.</returns>
    public async Task<CaseResult?> ClaimAsync(string? queue, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await InvestigatingAsync(connection, actor, cancellationToken) >= options.Value.MaxInvestigating)
            return new CaseResult.Refused(CaseRefusals.TooMany, null);
        var now = time.GetUtcNow();
        await using var command = new NpgsqlCommand(
            $"""
            select {CaseRows.Columns} from casework.work_case
            where state = 'pending' and ($1::text is null or queue = $1) and (snoozed_until is null or snoozed_until <= $2)
            order by priority desc, opened_at limit 1 for update skip locked
            """, connection)
        {
            Parameters = { OrNull(queue), Of(now) },
        };
        if (await OneAsync(command, cancellationToken) is not { } file)
            return null;
        return await ChangeAsync(connection, transaction, file, new CaseAction.Assign(actor), actor, reason: null, now, cancellationToken);
    }

    /// <summary>Lets somebody act on a case.</summary>
    /// <param name="caseId">The case.</param>
    /// <param name="action">What is done.</param>
    /// <param name="actor">Who.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="version">The version that was looked at; null for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CaseResult> ActAsync(
        Guid caseId, CaseAction action, string actor, string? reason, int? version, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"select {CaseRows.Columns} from casework.work_case where case_id = $1 for update", connection)
        {
            Parameters = { Of(caseId) },
        };
        if (await OneAsync(command, cancellationToken) is not { } file)
            return new CaseResult.NotFound();
        if (version is { } seen && seen != file.Version)
            return new CaseResult.Stale(file);
        return await ChangeAsync(connection, transaction, file, action, actor, reason, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Adds a note.</summary>
    /// <returns>False when there is no such case.</returns>
    public async Task<bool> NoteAsync(Guid caseId, string actor, string text, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "insert into casework.case_log (case_id, at, actor, action, reason) select case_id, $2, $3, 'note', $4 from casework.work_case where case_id = $1");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(caseId), Of(time.GetUtcNow()), Of(actor), Of(text) });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Cases that should have been closed by now go before all others. Any number of processes may do it.</summary>
    /// <returns>How many.</returns>
    public async Task<int> EscalateAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with due as (
                select case_id, priority from casework.work_case where state <> 'closed' and not escalated and due_at < $1
                order by due_at limit 500 for update skip locked
            ), raised as (
                update casework.work_case c set escalated = true, priority = 1000, version = version + 1, updated_at = $1 from due where c.case_id = due.case_id
            )
            insert into casework.case_log (case_id, at, actor, action, old_value, new_value)
            select case_id, $1, 'escalation', 'escalate', jsonb_build_object('priority', priority), jsonb_build_object('priority', 1000) from due
            """);
        command.Parameters.Add(Of(time.GetUtcNow()));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<CaseResult> ChangeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CaseFile file, CaseAction action, string actor, string? reason, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var decision = CaseDecider.Decide(file, action, actor, options.Value.NeedApproval, now);
        if (decision is CaseDecision.Refused(var refused))
            return new CaseResult.Refused(refused, file);
        var (changed, logged) = (CaseDecision.Changed)decision;
        await WriteAsync(connection, file, changed, logged, actor, reason, cancellationToken);
        var findings = changed.State == CaseState.Closed ? await FindingsAsync(connection, changed, actor, reason, now, cancellationToken) : [];
        var receipt = findings.Count == 0 ? null : await outbox.AddAsync(connection, transaction, findings, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (receipt is not null)
            await outbox.PublishAsync(receipt, cancellationToken);
        return new CaseResult.Done(changed);
    }

    static async Task WriteAsync(
        NpgsqlConnection connection, CaseFile before, CaseFile after, string logged, string actor, string? reason, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(
                    """
                    update casework.work_case set state = $2, version = $3, updated_at = $4, assignee = $5, snoozed_until = $6, outcome = $7, proposed_by = $8, closed_by = $9, closed_at = $10
                    where case_id = $1
                    """)
                {
                    Parameters =
                    {
                        Of(after.CaseId), Of(CaseNames.Of(after.State)), Of(after.Version), Of(after.UpdatedAt), OrNull(after.Assignee), OrNull(after.SnoozedUntil),
                        OrNull(after.Outcome is { } outcome ? CaseNames.Of(outcome) : null), OrNull(after.ProposedBy), OrNull(after.ClosedBy), OrNull(after.ClosedAt),
                    },
                },
                new("insert into casework.case_log (case_id, at, actor, action, old_value, new_value, reason) values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7)")
                {
                    Parameters = { Of(after.CaseId), Of(after.UpdatedAt), Of(actor), Of(logged), Of(Shown(before)), Of(Shown(after)), OrNull(reason) },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    // What people can change, before and after.
    static string Shown(CaseFile file) => JsonSerializer.Serialize(new
    {
        state = CaseNames.Of(file.State),
        assignee = file.Assignee,
        snoozedUntil = file.SnoozedUntil,
        outcome = file.Outcome is { } outcome ? CaseNames.Of(outcome) : null,
    });

    // What is held is decided about, and the saga labels it; of one that is not held any more it takes no notice. All else is labelled here.
    async Task<IReadOnlyList<OutgoingMessage>> FindingsAsync(
        NpgsqlConnection connection, CaseFile file, string actor, string? reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (file.Queue == CaseworkOptions.AccountsQueue)
            return await AccountFindings.OfAsync(connection, catalog, file, actor, reason, now, cancellationToken);
        if (file.Outcome is not (CaseOutcome.Fraud or CaseOutcome.Genuine))
            return [];
        await using var command = new NpgsqlCommand(
            """
            select transaction_id, bool_or(kind in ('fraud_review', 'hold_expiring')) from casework.alert
            where case_id = $1 and transaction_id is not null and kind in ('fraud_review', 'hold_expiring', 'fraud_declined', 'decision_review', 'decision_declined')
            group by transaction_id limit $2
            """, connection)
        {
            Parameters = { Of(file.CaseId), Of(MaxFindings) },
        };
        var isFraud = file.Outcome == CaseOutcome.Fraud;
        var findings = new List<OutgoingMessage>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (id, transaction) = (Guid.CreateVersion7(now), rows.GetGuid(0));
            IContract finding = rows.GetBoolean(1)
                ? new TransactionReviewed(id, transaction, file.AccountId, isFraud ? ReviewDecision.ConfirmFraud : ReviewDecision.Release, actor, now, reason)
                : new FraudLabelled(id, transaction, file.AccountId, isFraud, LabelSource.Case, now, Reason: reason);
            findings.Add(OutgoingMessage.Of(catalog.Of(finding.GetType()), finding, id, Source, now));
        }
        return findings;
    }

    static async Task<long> InvestigatingAsync(NpgsqlConnection connection, string actor, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select count(*) from casework.work_case where state = 'investigating' and lower(assignee) = lower($1)", connection) { Parameters = { Of(actor) } };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<CaseFile?> OneAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? CaseRows.Read(rows) : null;
    }
}
