using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Casework.Events;
using Orchestrator.Casework.Requests;
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

    long _wokenTicks;

    /// <summary>The next case of a queue: the most urgent that nobody has. Two who ask at once never get the same one.</summary>
    /// <param name="queue">The queue; any when null.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="request">By what the request is known when it comes again; null when it is not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The case; null when none waits; or why nobody gets one.</returns>
    public async Task<CaseResult?> ClaimAsync(string? queue, string actor, CaseRequest? request, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = time.GetUtcNow();
        await WakeAsync(connection, now, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await RequestRows.BeginAsync(connection, actor, request, now, cancellationToken) is { } before)
            return before;
        var (investigating, next) = await NextAsync(connection, queue, actor, cancellationToken);
        if (investigating >= options.Value.MaxInvestigating)
            return new CaseResult.Refused(CaseRefusals.TooMany, null);
        if (next is not { } file)
            return null;
        return await ChangeAsync(connection, transaction, file, new CaseAction.Assign(actor), actor, reason: null, request, now, cancellationToken);
    }

    /// <summary>Lets somebody act on a case.</summary>
    /// <param name="caseId">The case.</param>
    /// <param name="action">What is done.</param>
    /// <param name="actor">Who.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="version">The version that was looked at; null for any.</param>
    /// <param name="request">By what the request is known when it comes again; null when it is not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CaseResult> ActAsync(
        Guid caseId, CaseAction action, string actor, string? reason, int? version, CaseRequest? request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await RequestRows.BeginAsync(connection, actor, request, now, cancellationToken) is { } before)
            return before;
        await using var command = new NpgsqlCommand($"select {CaseRows.Columns} from casework.work_case where case_id = $1 for update", connection)
        {
            Parameters = { Of(caseId) },
        };
        if (await OneAsync(command, cancellationToken) is not { } file)
            return new CaseResult.NotFound();
        if (version is { } seen && seen != file.Version)
            return new CaseResult.Stale(file);
        return await ChangeAsync(connection, transaction, file, action, actor, reason, request, now, cancellationToken);
    }

    /// <summary>Adds a note.</summary>
    /// <param name="caseId">The case.</param>
    /// <param name="actor">Who.</param>
    /// <param name="text">What.</param>
    /// <param name="request">By what the request is known when it comes again; null when it is not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CaseResult> NoteAsync(Guid caseId, string actor, string text, CaseRequest? request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await RequestRows.BeginAsync(connection, actor, request, now, cancellationToken) is { } before)
            return before;
        await using var command = new NpgsqlCommand($"select {CaseRows.Columns} from casework.work_case where case_id = $1", connection) { Parameters = { Of(caseId) } };
        if (await OneAsync(command, cancellationToken) is not { } file)
            return new CaseResult.NotFound();
        await ExecuteAsync(
            connection, "insert into casework.case_log (case_id, at, actor, action, reason) values ($1, $2, $3, 'note', $4)", cancellationToken,
            Of(caseId), Of(now), Of(actor), Of(text));
        await RequestRows.EndAsync(connection, actor, request, file, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new CaseResult.Done(file);
    }

    /// <summary>Cases that should have been closed by now go before all others, and are told of again while they stay open. Any number of processes may do it.</summary>
    /// <returns>How many.</returns>
    public async Task<int> EscalateAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with due as (
                select case_id, priority, escalations from casework.work_case where state <> 'closed' and escalate_at < $1
                order by escalate_at limit 500 for update skip locked
            ), raised as (
                update casework.work_case c set escalated = true, priority = 1000, version = version + 1, updated_at = $1, escalations = c.escalations + 1,
                    escalate_at = case when c.escalations + 1 < $2 then $1 + $3 end
                from due where c.case_id = due.case_id
                returning c.case_id, c.account_id, c.queue, casework.told(c, 'escalation', null) as body
            ), told as (
                insert into casework.event (kind, at, case_id, account_id, queue, body) select 'case.escalated', $1, case_id, account_id, queue, body from raised
            )
            insert into casework.case_log (case_id, at, actor, action, old_value, new_value)
            select case_id, $1, 'escalation', 'escalate', jsonb_build_object('priority', priority, 'escalations', escalations),
                jsonb_build_object('priority', 1000, 'escalations', escalations + 1) from due
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(time.GetUtcNow()), Of(options.Value.MostEscalations), Of(TimeSpan.FromHours(options.Value.EscalateAgainHours)) });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<CaseResult> ChangeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CaseFile file, CaseAction action, string actor, string? reason, CaseRequest? request,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        var decision = CaseDecider.Decide(file, action, actor, options.Value.NeedApproval, now);
        if (decision is CaseDecision.Refused(var refused))
            return new CaseResult.Refused(refused, file);
        var (changed, logged) = (CaseDecision.Changed)decision;
        await WriteAsync(connection, file, changed, logged, actor, reason, cancellationToken);
        await RequestRows.EndAsync(connection, actor, request, changed, cancellationToken);
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
                new(
                    """
                    insert into casework.event (kind, at, case_id, account_id, queue, body)
                    select $2, $3, case_id, account_id, queue, casework.told(c, $4, $5) from casework.work_case c where case_id = $1
                    """)
                {
                    Parameters = { Of(after.CaseId), Of(Told(after, logged)), Of(after.UpdatedAt), Of(actor), OrNull(reason) },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    static string Told(CaseFile after, string logged) => after.State == CaseState.Closed ? EventKinds.CaseResolved : logged == "assign" ? EventKinds.CaseAssigned : EventKinds.CaseChanged;

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

    // Snoozes that are over: whoever claims sees the cases again, within a second. In a transaction of its own, so that those who claim at the same time do not miss what is locked.
    async Task WakeAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = Interlocked.Read(ref _wokenTicks);
        if (now.UtcTicks - last < TimeSpan.TicksPerSecond || Interlocked.CompareExchange(ref _wokenTicks, now.UtcTicks, last) != last)
            return;
        await ExecuteAsync(
            connection,
            """
            update casework.work_case set snoozed_until = null where case_id = any(array(
                select case_id from casework.work_case where state = 'pending' and snoozed_until <= $1 order by snoozed_until limit 200 for update skip locked))
            """, cancellationToken, Of(now));
    }

    // How many somebody has, and the most urgent that nobody has. Who claims twice at once is counted once after the other.
    static async Task<(long Investigating, CaseFile? Next)> NextAsync(NpgsqlConnection connection, string? queue, string actor, CancellationToken cancellationToken)
    {
        var next = new NpgsqlBatchCommand(
            $"""
            select {CaseRows.Columns} from casework.work_case
            where state = 'pending' and snoozed_until is null{(queue is null ? "" : " and queue = $1")}
            order by -priority, opened_at limit 1 for update skip locked
            """);
        if (queue is not null)
            next.Parameters.Add(Of(queue));
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select pg_advisory_xact_lock(hashtextextended('casework:' || lower($1), 0))") { Parameters = { Of(actor) } },
                new("select count(*) from casework.work_case where state = 'investigating' and lower(assignee) = lower($1)") { Parameters = { Of(actor) } },
                next,
            },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var investigating = rows.GetInt64(0);
        await rows.NextResultAsync(cancellationToken);
        return (investigating, await rows.ReadAsync(cancellationToken) ? CaseRows.Read(rows) : null);
    }

    static async Task<CaseFile?> OneAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? CaseRows.Read(rows) : null;
    }
}
