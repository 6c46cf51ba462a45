using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Records;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Records.Decisions;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Records;

public sealed class DecisionRecordsTests(TestInfrastructure infrastructure) : IAsyncLifetime
{
    RecordsDatabase _store = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await RecordsDatabase.CreateAsync(infrastructure);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Decision_when_it_is_stored_is_read_as_it_was_published()
    {
        var full = Full(Id(1), 1.5f, -0f, float.NaN, float.PositiveInfinity);
        await _store.Schemas.KeepAsync(full.FeatureSchema!, ["a", "b", "c", "d"], Stop);
        await _store.Lane.RunAsync(full, Plain(Id(2), "bob"));

        var read = (await _store.Decisions.FindAsync(Id(1), Stop))!;
        Assert.Equal(ContractText.Of(full), ContractText.Of(read.Decision));
        Assert.Equal(full.Features, read.Decision.Features);
        Assert.Equal(["a", "b", "c", "d"], read.FeatureNames);
        Assert.Empty(read.Labels);
        var plain = (await _store.Decisions.FindAsync(Id(2), Stop))!;
        Assert.Equal(ContractText.Of(Plain(Id(2), "bob")), ContractText.Of(plain.Decision));
        Assert.Null(plain.FeatureNames);
        Assert.Null(await _store.Decisions.FindAsync(Id(3), Stop));
    }

    [Fact]
    public async Task Decision_when_another_comes_about_the_same_transaction_stays_as_it_was()
    {
        await _store.Lane.RunAsync(Plain(Id(1), score: 1), Plain(Id(1), score: 2));
        await _store.Lane.RunAsync(Plain(Id(1), score: 3), Plain(Id(2), score: 4));
        await _store.Lane.TogetherAsync([Plain(Id(3), score: 5)], [Plain(Id(4), score: 6), Plain(Id(2), score: 7)]);

        Assert.Equal("1 4 5 6", await ScoresAsync());
    }

    [Fact]
    public async Task Unit_when_the_process_dies_in_the_middle_is_done_again_and_changes_nothing_twice()
    {
        await _store.Lane.LoseAsync(Plain(Id(1), score: 1), Label(Id(101), Id(1)));
        Assert.Equal(0L, await _store.ScalarAsync<long>("select (select count(*) from decisioning.decision) + (select count(*) from decisioning.label)"));

        await _store.Lane.CommitUnnoticedAsync(Plain(Id(1), score: 1), Label(Id(101), Id(1)));
        await _store.Lane.RunAsync(Plain(Id(1), score: 1), Label(Id(101), Id(1)), Plain(Id(2), score: 2));

        Assert.Equal("1 2", await ScoresAsync());
        Assert.Equal(1L, await _store.ScalarAsync<long>("select count(*) from decisioning.label"));
    }

    [Fact]
    public async Task Label_when_it_comes_before_the_decision_or_out_of_order_counts_by_its_time()
    {
        await _store.Lane.RunAsync(Label(Id(101), Id(1), isFraud: false, Noon.AddDays(40), LabelSource.Customer), Label(Id(103), Id(2)));
        await _store.Lane.RunAsync(Plain(Id(1)), Label(Id(102), Id(1), isFraud: true, Noon.AddDays(30)));
        await _store.Lane.RunAsync(Label(Id(101), Id(1), isFraud: true, Noon.AddDays(90)));

        var labels = (await _store.Decisions.FindAsync(Id(1), Stop))!.Labels;
        Assert.Equal([Label(Id(101), Id(1), isFraud: false, Noon.AddDays(40), LabelSource.Customer), Label(Id(102), Id(1), isFraud: true, Noon.AddDays(30))], labels);
    }

    [Fact]
    public async Task Label_when_somebody_tries_to_change_it_stays()
    {
        await _store.Lane.RunAsync(Label(Id(101), Id(1)));

        await Assert.ThrowsAsync<PostgresException>(() => _store.ExecuteAsync("update decisioning.label set is_fraud = false"));
        await Assert.ThrowsAsync<PostgresException>(() => _store.ExecuteAsync("delete from decisioning.label"));
        await Assert.ThrowsAsync<PostgresException>(() => _store.ExecuteAsync("truncate decisioning.label"));
    }

    [Fact]
    public async Task Decisions_when_they_have_been_kept_long_enough_go_and_others_stay()
    {
        await _store.Lane.RunAsync(Plain(Id(1), at: Noon), Plain(Id(2), at: Noon.AddDays(10)), Label(Id(101), Id(1)));
        using var pruner = new DecisionPruner(
            _store.Source, Options.Create(new DecisionRecordsOptions { KeptDays = 5 }), new FakeTimeProvider(Noon.AddDays(10)), NullLogger<DecisionPruner>.Instance);

        Assert.Equal(1, await pruner.PruneAsync(Stop));

        Assert.Null(await _store.Decisions.FindAsync(Id(1), Stop));
        Assert.NotNull(await _store.Decisions.FindAsync(Id(2), Stop));
        Assert.Single(await _store.Labels.OfAsync(Id(1), Stop));
    }

    [Fact]
    public async Task Schema_when_it_is_kept_twice_is_one_and_another_of_its_name_is_refused()
    {
        await _store.Schemas.KeepAsync("s", ["a", "b"], Stop);
        await _store.Schemas.KeepAsync("s", ["a", "b"], Stop);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.Schemas.KeepAsync("s", ["b", "a"], Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(() => new FeatureSchemaStore(_store.Source).KeepAsync("s", ["a"], Stop));
        Assert.Equal(["a", "b"], await _store.Schemas.FindAsync("s", Stop));
        Assert.Null(await _store.Schemas.FindAsync("t", Stop));
    }

    Task<string> ScoresAsync() => _store.ScalarAsync<string>("select string_agg(score::text, ' ' order by score) from decisioning.decision");
}
