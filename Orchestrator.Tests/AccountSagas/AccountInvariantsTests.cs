using Orchestrator.Cli.Verify;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>What `orchestrator verify` asks about account sagas finds what is wrong, and only that.</summary>
public sealed class AccountInvariantsTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Verify_when_sagas_of_accounts_are_broken_names_it_and_those_accounts()
    {
        await ExecuteAsync("""
            insert into sagas.account (saga_id, version, state, account_id, identity, screened, identified, findings, alerts, status_at, step, step_at, repeats,
                deadline_at, timer_token, updated_at, timeline)
            select gen_random_uuid(), 1, a.state, a.id, '[]', false, false, '[]', '[]', a.heard, 1, now(), 0, a.deadline, a.timer::uuid, now(), '[]'
            from (values
                ('Frozen', 'limbo', now(), now(), null),
                ('Frozen', 'waits', now(), now(), '2b5c6f0e-6d6e-4a8e-9d0a-0d7b7a0f1c11'),
                ('Open', 'rests', now(), null, null),
                ('Open', 'never-rests', now(), now(), null),
                ('Open', 'unheard', null, null, null),
                ('Closed', 'closed', now(), null, null)) as a (state, id, heard, deadline, timer);
            insert into messaging.timer values ('2b5c6f0e-6d6e-4a8e-9d0a-0d7b7a0f1c11', 1, 0, now() + interval '1 hour', '');
            insert into ledger.account (version, debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor, overdraft_minor,
                opened_at, kind, currency, account_id, customer_id, status)
            select 0, 0, 0, 0, 0, 0, now(), 0, 'EUR', a.id, 'c', a.status
            from (values ('limbo', 1), ('waits', 0), ('rests', 1), ('never-rests', 0), ('unheard', 1), ('closed', 2)) as a (id, status);
            """);

        var results = await InvariantRunner.RunAsync(
            ConnectionString, Invariant.All.Where(i => i.Name.StartsWith("account_", StringComparison.Ordinal)), settled: true, TimeProvider.System,
            TestContext.Current.CancellationToken);

        Assert.Equal(
            ["account_at_rest_has_no_timer: never-rests", "account_frozen_in_both: rests, waits", "account_waiting_has_timer: limbo"],
            results.OrderBy(r => r.Name, StringComparer.Ordinal).Select(r =>
                $"{r.Name}: {string.Join(", ", r.Examples.Select(e => (string)e["account_id"]!).Order(StringComparer.Ordinal))}"));
    }
}
