using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Records;
using Orchestrator.Messaging.Rows;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Records.Decisions;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Records;

/// <summary>Lists of decisions, compared with the same questions asked of a list in memory.</summary>
public sealed class DecisionListTests(TestInfrastructure infrastructure) : IAsyncLifetime
{
    const int Count = 400;

    static readonly List<FraudAssessed> All = [.. Enumerable.Range(1, Count).Select(Decision)];

    RecordsDatabase _store = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await RecordsDatabase.CreateAsync(infrastructure);
        foreach (var unit in All.Chunk(90))
            await _store.Lane.RunAsync(unit);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Pages_when_read_to_the_end_hold_each_that_matches_once_and_the_newest_first()
    {
        DecisionFilter[] filters =
        [
            new(),
            new(SourceAccountId: "account-3"),
            new(Outcome: FraudOutcome.Review),
            new(From: Noon.AddSeconds(20), To: Noon.AddSeconds(90)),
            new(Degraded: true),
            new(Degraded: false, MinScore: 200, MaxScore: 700),
            new(Rule: "velocity"),
            new(Rule: "shared_device"),
            new(Rule: "no_such_rule"),
            new("account-1", FraudOutcome.Decline, Noon.AddSeconds(10), Noon.AddSeconds(150), false, "velocity", 100, 999),
        ];
        foreach (var filter in filters)
        {
            var expected = All.Where(d => Matches(filter, d)).OrderByDescending(d => d.AssessedAt).ThenByDescending(d => d.TransactionId.ToString(), StringComparer.Ordinal);
            Assert.Equal(expected.Select(d => d.TransactionId), (await ReadAsync(filter, limit: 7)).Select(d => d.TransactionId));
        }
    }

    [Fact]
    public async Task Decision_when_it_is_in_a_list_is_as_it_was_published_without_its_vector()
    {
        var listed = await ReadAsync(new DecisionFilter(Outcome: FraudOutcome.Review), limit: 500);

        Assert.Equal(
            All.Where(d => d.Outcome is FraudOutcome.Review).Select(d => ContractText.Of(d with { Features = null })).Order(StringComparer.Ordinal),
            listed.Select(ContractText.Of).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Page_when_nothing_matches_within_its_look_ends_with_where_to_go_on()
    {
        await _store.ExecuteAsync(
            $$"""
            insert into decisioning.decision (assessed_at, transaction_id, score, outcome, degraded, source_account_id, details)
            select timestamptz '2031-01-01' + n * interval '1 ms', gen_random_uuid(), 0, 0, false, 'crowd', '{}' from generate_series(1, {{DecisionReader.MaxLooked}}) n
            """);

        var first = await _store.Decisions.ListAsync(new DecisionFilter(MinScore: 1), after: null, limit: 5, Stop);
        var second = await _store.Decisions.ListAsync(new DecisionFilter(MinScore: 1), first.Next, limit: 5, Stop);

        Assert.Empty(first.Items);
        Assert.NotNull(first.Next);
        Assert.Equal(5, second.Items.Count);
    }

    [Fact]
    public void Cursor_when_written_and_read_is_the_same_and_anything_else_is_none()
    {
        var cursor = new TimeCursor(Noon.AddTicks(120), Id(7));

        Assert.Equal(cursor, TimeCursor.Parse(cursor.ToString()));
        Assert.All(["", "_", "1_2", "-1_" + Id(1).ToString("N"), "99999999999999999999_" + Id(1).ToString("N"), "1_" + Id(1), "x"], text => Assert.Null(TimeCursor.Parse(text)));
    }

    async Task<List<FraudAssessed>> ReadAsync(DecisionFilter filter, int limit)
    {
        var all = new List<FraudAssessed>();
        TimeCursor? after = null;
        do
        {
            var page = await _store.Decisions.ListAsync(filter, after, limit, Stop);
            all.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }

    // Several at the same instant; ids that are not in the order of time.
    static FraudAssessed Decision(int n)
    {
        var full = Full(Id(n * 7919 % 10_007), n);
        return full with
        {
            SourceAccountId = $"account-{n % 5}",
            Outcome = (FraudOutcome)(n % 3),
            Score = n * 37 % 1_001,
            AssessedAt = Noon.AddSeconds(n / 3),
            Degraded = n % 4 == 0 ? full.Degraded : null,
            Reasons = n % 2 == 0 ? full.Reasons : [],
            Rules = n % 6 == 0 ? full.Rules : null,
            Transaction = null,
        };
    }

    static bool Matches(DecisionFilter filter, FraudAssessed d) =>
        (filter.SourceAccountId is null || filter.SourceAccountId == d.SourceAccountId)
        && (filter.Outcome is null || filter.Outcome == d.Outcome)
        && (filter.From is null || d.AssessedAt >= filter.From)
        && (filter.To is null || d.AssessedAt < filter.To)
        && (filter.Degraded is null || filter.Degraded == d.IsDegraded)
        && (filter.Rule is null || d.Reasons.Any(r => r.Rule == filter.Rule) || (d.Rules ?? []).Any(r => r.Rule == filter.Rule))
        && d.Score >= filter.MinScore && d.Score <= filter.MaxScore;
}
