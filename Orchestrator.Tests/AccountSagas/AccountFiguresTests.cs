using Orchestrator.Sagas.Figures;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>What metrics tell of accounts that wait, and what it costs where nearly all are at rest.</summary>
public sealed class AccountFiguresTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Figures_when_most_accounts_are_at_rest_tell_those_that_wait_by_the_index_alone()
    {
        await ExecuteAsync("""
            insert into sagas.account (saga_id, version, state, account_id, identity, screened, identified, findings, alerts, step, step_at, repeats, updated_at, timeline)
            select gen_random_uuid(), 1, a.state, a.state || n, '[]', false, false, '[]', '[]', 1, now() - n * a.apart, 0, now(), '[]'
            from (values ('Open', 4000, interval '1 hour'), ('Closed', 500, interval '1 hour'), ('FrozenByHand', 500, interval '1 hour'), ('Rejected', 500, interval '1 hour'),
                ('InReview', 3, interval '1 day'), ('Opening', 2, interval '1 minute'), ('Dormant', 10050, interval '1 second')) as a (state, many, apart)
            cross join lateral generate_series(1, a.many) as n;
            analyze sagas.account;
            """);

        var figures = await new AccountSagaFigures(Database).TakeAsync(TestContext.Current.CancellationToken);

        var waiting = figures.Where(f => f.Gauge.EndsWith("waiting", StringComparison.Ordinal)).ToDictionary(f => (string)f.Tags[0].Value!, f => f.Value, StringComparer.Ordinal);
        Assert.Equal(
            ["checking 0", "closing 0", "dormant 10000", "freezing 0", "frozen 0", "in_review 3", "opening 2", "unfreezing 0"],
            waiting.Select(w => $"{w.Key} {w.Value}").Order(StringComparer.Ordinal));
        var ages = figures.Where(f => f.Gauge.EndsWith("age", StringComparison.Ordinal)).ToDictionary(f => (string)f.Tags[0].Value!, f => f.Value, StringComparer.Ordinal);
        Assert.InRange(ages["in_review"], 3 * 86_400, (3 * 86_400) + 600);
        Assert.InRange(ages["opening"], 120, 720);
        // The oldest of all, not of those that were counted.
        Assert.InRange(ages["dormant"], 10_050, 10_650);
        Assert.Equal(0, ages["checking"]);
        Assert.InRange(figures.Single(f => f.Gauge.EndsWith("stored", StringComparison.Ordinal)).Value, 15_000, 16_000);
        var plan = await PlanAsync();
        Assert.Contains("account_waiting", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on account", plan, StringComparison.Ordinal);
    }

    async Task<string> PlanAsync()
    {
        await using var command = Database.CreateCommand($"explain {AccountSagaFigures.Query}");
        await using var row = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await row.ReadAsync())
            lines.Add(row.GetString(0));
        return string.Join('\n', lines);
    }
}
