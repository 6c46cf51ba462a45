using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Sagas;
using Orchestrator.Decisioning.Records;
using Orchestrator.Ledger.Postings;
using Orchestrator.Sagas;
using Orchestrator.Sagas.Attention;
using Orchestrator.Sagas.Search;
using Orchestrator.Sagas.TransactionSagas;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Operations;

/// <summary>However many transactions are stored, what people look for every day is found at once.</summary>
public sealed class SearchSpeedTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    const int Stored = 1_000_000;
    const int Rounds = 100;

    [Fact]
    [Trait("Category", "Long")]
    public async Task Search_when_a_million_transactions_are_stored_answers_within_50_ms()
    {
        await StoreAsync();
        await using var services = new ServiceCollection().AddSingleton(Database).AddSagasReader().AddDecisionReader().AddSingleton<AccountTransactions>()
            .AddSingleton<SagaFinder>().AddOptions<TransactionSagaOptions>().Services.BuildServiceProvider();
        var finder = services.GetRequiredService<SagaFinder>();

        await MeasureAsync("held", _ => finder.WaitingAsync(new AttentionFilter(["Held"]), new TransactionFilter(), within: null, after: null, 100, CancellationToken.None), 100);
        await MeasureAsync("stuck", _ => finder.WaitingAsync(new AttentionFilter(IsStuck: true), new TransactionFilter(), within: null, after: null, 100, CancellationToken.None), 100);
        await MeasureAsync("account", i => finder.OfAccountAsync(new TransactionFilter(AccountId: Account(i)), SagaFinder.AccountCursor.Start, 100, CancellationToken.None), 100);
        await MeasureAsync("account and state", i => finder.OfAccountAsync(new TransactionFilter("Declined", Account(i)), SagaFinder.AccountCursor.Start, 100, CancellationToken.None), 0);
        await MeasureAsync("id", i => finder.WalkAsync(new TransactionFilter(), IdRange.Of($"{IdOf(i * 9_973)}"), after: null, 100, CancellationToken.None), 1);
    }

    static async Task MeasureAsync(string what, Func<int, Task<Page<SagaSummary>>> ask, int expected)
    {
        var took = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            var page = await ask(i);
            took.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            Assert.Equal(expected, page.Items.Count);
        }
        took.Sort();
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"{what}: p50 {took[Rounds / 2]:0.0} ms, p99 {took[(Rounds * 99 / 100) - 1]:0.0} ms"));
        Assert.InRange(took[(Rounds * 99 / 100) - 1], 0, 50);
    }

    static string Account(int number) => string.Create(CultureInfo.InvariantCulture, $"account-{number % 2_000}");

    static Guid IdOf(int number) => new($"{number:x8}-0000-7000-8000-000000000000");

    // A million that have completed, 500 an account; some thousands of them held, and some stuck.
    async Task StoreAsync()
    {
        await RunAsync(
            """
            insert into sagas.transaction (transaction_id, version, state, source_account_id, destination_account_id, amount_minor, currency, kind, verdict, score, findings, cancel_requested,
                submitted_at, step_at, repeats, deadline_at, updated_at, timeline)
            select format('%s-0000-7000-8000-000000000000', lpad(to_hex(n), 8, '0'))::uuid, 4, case n % 100 when 0 then 'Held' when 1 then 'Posting' else 'Completed' end,
                'account-' || n % 2000, 'account-' || (n + 7) % 2000, n, 'EUR', 'Transfer', 'Approve', 10, 'Many in an hour.', false, now(), now(), case n % 100 when 1 then 6 else 0 end,
                now() + interval '1 day', now() - n * interval '1 second',
                '[{"at":"2026-01-02T12:00:00+00:00","what":"submitted"},{"at":"2026-01-02T12:00:00+00:00","what":"assessed","why":"approve"},{"at":"2026-01-02T12:00:00+00:00","what":"posting"},{"at":"2026-01-02T12:00:00+00:00","what":"completed"}]'
            from generate_series(0, $1 - 1) n
            """);
        await RunAsync(
            """
            insert into sagas.attention (transaction_id, state, stuck, since, deadline_at, amount_minor, repeats, account_id, destination_account_id, currency)
            select transaction_id, state, state = 'Posting', updated_at, deadline_at, amount_minor, repeats, source_account_id, destination_account_id, currency
            from sagas.transaction where state <> 'Completed' and amount_minor < $1
            """);
        await RunAsync(
            """
            insert into decisioning.decision (assessed_at, transaction_id, score, outcome, degraded, source_account_id, details)
            select updated_at, transaction_id, 10, 0, false, source_account_id, jsonb_build_object('transactionId', transaction_id, 'sourceAccountId', source_account_id, 'outcome', 'approve',
                'score', 10, 'reasons', '[]'::jsonb, 'rulesVersion', 'built-in', 'assessedAt', to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
            from sagas.transaction where amount_minor < $1
            """);
        await using var analyze = Database.CreateCommand("analyze sagas.transaction; analyze sagas.attention; analyze decisioning.decision");
        await analyze.ExecuteNonQueryAsync();
    }

    async Task RunAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 300;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Stored });
        await command.ExecuteNonQueryAsync();
    }
}
