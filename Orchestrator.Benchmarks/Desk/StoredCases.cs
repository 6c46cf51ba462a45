using System.Text.Json;
using Npgsql;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Benchmarks.Desk;

/// <summary>The past of people's work, written by SQL: cases in every state with their alerts and logs, and what was decided about stored transactions.</summary>
static class StoredCases
{
    /// <summary>Stored transactions are of so many accounts; so are cases.</summary>
    public const int Accounts = 20_000;

    const int AtOnce = 100_000;

    // Three of five are closed, as after some weeks of work; each has two alerts and two lines of log. An account has five cases: in two queues open ones, the others closed.
    static readonly string[] Cases =
    [
        $$"""
        insert into casework.work_case (case_id, queue, account_id, state, priority, alerts, version, opened_at, updated_at, due_at, assignee, outcome, closed_by, closed_at)
        select {{Id("'case'")}}, case when i / {{Accounts}} % 5 = 0 then 'fraud_review' when i / {{Accounts}} % 5 = 1 then 'fraud_declined' else 'operations' end,
            'stored-' || i % {{Accounts}}, case when closed then 'closed' when i % 10 = 0 then 'investigating' else 'pending' end, 300 + i * 7 % 600, 2, 2, t, t, t + interval '365 days',
            case when closed or i % 10 = 0 then 'stored-worker-' || i % 500 end, case when closed then 'genuine' end, case when closed then 'stored-worker-' || i % 500 end,
            case when closed then t + interval '2 hours' end
        from generate_series($1, $2) i, lateral (select now() - interval '90 days' + i * interval '70 s' as t, i / {{Accounts}} % 5 > 1 as closed) at
        """,
        $$"""
        insert into casework.alert (alert_id, case_id, account_id, kind, score, raised_at, transaction_id, reasons)
        select gen_random_uuid(), {{Id("'case'")}}, 'stored-' || i % {{Accounts}}, 'fraud_review', 300 + i * 7 % 600, now() - interval '90 days' + i * interval '70 s', gen_random_uuid(),
            '["the amount is four times what the account usually pays", "first payment to this destination"]'
        from generate_series($1, $2) i, generate_series(1, 2)
        """,
        $$"""
        insert into casework.case_log (case_id, at, actor, action, old_value, new_value, reason)
        select {{Id("'case'")}}, now() - interval '90 days' + i * interval '70 s', 'stored-worker-' || i % 500, 'note', null, null, 'called the customer, no answer'
        from generate_series($1, $2) i, generate_series(1, 2)
        """,
    ];

    static readonly string Decisions =
        $$"""
        insert into decisioning.decision (assessed_at, transaction_id, score, outcome, degraded, source_account_id, details, features)
        select timestamptz '2025-01-01' + i * interval '20 ms', {{Id("'saga'")}}, 0, 0, false, 'stored-' || i % {{Accounts}},
            jsonb_set(jsonb_set($3::jsonb, '{transactionId}', to_jsonb({{Id("'saga'")}})), '{sourceAccountId}', to_jsonb('stored-' || i % {{Accounts}})), decode(repeat('00', 300), 'hex')
        from generate_series($1, $2) i
        """;

    static readonly FraudAssessed Approved = new(
        Guid.Empty, "stored", FraudOutcome.Approve, Score: 40, [], BuiltInRuleSet.Name, new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), FeatureSchema: "bench", Rules: []);

    /// <summary>Adds cases, alerts and logs, and a decision for each stored transaction.</summary>
    public static async Task FillAsync(BenchServers servers, int cases, int transactions, CancellationToken stop)
    {
        Progress.Write($"adding {cases:N0} cases and {transactions:N0} decisions");
        foreach (var statement in Cases)
            await FillAsync(servers, statement, cases, stop);
        await FillAsync(servers, Decisions, transactions, stop, new NpgsqlParameter<string> { TypedValue = JsonSerializer.Serialize(Approved, ContractJson.Default.FraudAssessed) });
        await servers.ExecuteAsync("vacuum analyze", stop);
        await servers.ExecuteAsync("checkpoint", stop);
    }

    static async Task FillAsync(BenchServers servers, string sql, int many, CancellationToken stop, NpgsqlParameter? more = null)
    {
        for (var from = 0; from < many; from += AtOnce)
        {
            await using var command = servers.Database.CreateCommand(sql);
            command.CommandTimeout = 0;
            command.Parameters.Add(new() { Value = from });
            command.Parameters.Add(new() { Value = Math.Min(many, from + AtOnce) - 1 });
            if (more is not null)
                command.Parameters.Add(more.Clone());
            await command.ExecuteNonQueryAsync(stop);
        }
    }

    // As StoredTransfers makes those of its sagas.
    static string Id(string kind) =>
        $"(lpad(to_hex(1600000000000 + i), 12, '0') || '7' || substr(md5({kind} || i), 1, 3) || '8' || substr(md5({kind} || i), 4, 15))::uuid";
}
