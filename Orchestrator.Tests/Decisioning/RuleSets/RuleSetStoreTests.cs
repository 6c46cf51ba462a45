using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Decisioning.Versions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.RuleSets;

public sealed class RuleSetStoreTests(TestInfrastructure infrastructure) : RuleSetDatabase(infrastructure)
{
    [Fact]
    public async Task Rule_set_when_it_lives_its_life_is_recorded()
    {
        await LiveAsync("one", 100);
        await LiveAsync("two", 200);
        await RuleSets.RollBackAsync("two", null, Ann, default);

        var (one, two) = ((await RuleSets.FindAsync("one", default))!, (await RuleSets.FindAsync("two", default))!);

        Assert.Equal((VersionState.Live, VersionState.Retired), (one.Summary.State, two.Summary.State));
        Assert.Equal(
            ["create draft  ann", "shadow shadow  ann", "activate live  ben", "retire retired  ben", "restore live  ann"],
            one.Log.Select(e => $"{e.Action} {e.To} {e.InsteadOf} {e.Actor}"));
        Assert.Equal(["create draft  ann", "shadow shadow  ann", "activate live one ben", "roll_back retired  ann"], two.Log.Select(e => $"{e.Action} {e.To} {e.InsteadOf} {e.Actor}"));
        Assert.Equal(["one", "two"], (await RuleSets.ListAsync(null, 10, default)).Select(r => r.Version));
        Assert.Equal(["two"], (await RuleSets.ListAsync("one", 10, default)).Select(r => r.Version));
        Assert.Equal(RuleSetJson.Hash(Content(100)), one.Summary.Hash);
        Assert.Equal(RuleSetJson.Hash(one.Content), one.Summary.Hash);
    }

    [Fact]
    public async Task Rule_set_when_the_first_is_rolled_back_gives_way_to_the_built_in_one()
    {
        await LiveAsync("one", 100);

        await RuleSets.RollBackAsync("one", null, Ann, default);

        Assert.Equal(0L, await ScalarAsync<long>("select count(*) from decisioning.rule_set where state = 'live'"));
        Assert.IsType<VersionOutcome.Repeated>(await RuleSets.RollBackAsync("one", null, Ann, default));
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("Ann")]
    public async Task Rule_set_when_its_author_would_put_it_in_force_is_refused(string author)
    {
        await RuleSets.CreateAsync("one", Content(1), Ann, default);
        await RuleSets.ToShadowAsync("one", null, Ann, default);

        Assert.IsType<VersionOutcome.SameEyes>(await RuleSets.ActivateAsync("one", null, Ann with { Name = author }, default));
        Assert.Equal(VersionState.Shadow, (await RuleSets.FindAsync("one", default))!.Summary.State);
    }

    [Fact]
    public async Task Rule_set_when_it_is_asked_for_again_is_not_changed_twice()
    {
        Assert.IsType<VersionOutcome.Done>(await RuleSets.CreateAsync("one", Content(1), Ann, default));
        Assert.IsType<VersionOutcome.Repeated>(await RuleSets.CreateAsync("one", Content(1), Ben, default));
        Assert.IsType<VersionOutcome.Exists>(await RuleSets.CreateAsync("one", Content(2), Ann, default));
        await RuleSets.ToShadowAsync("one", null, Ann, default);
        Assert.IsType<VersionOutcome.Repeated>(await RuleSets.ToShadowAsync("one", 1, Ann, default));
        await RuleSets.ActivateAsync("one", null, Ben, default);
        Assert.IsType<VersionOutcome.Repeated>(await RuleSets.ActivateAsync("one", null, Ann, default));
        Assert.Equal(3, (await RuleSets.FindAsync("one", default))!.Log.Count);
    }

    [Fact]
    public async Task Change_when_it_is_not_possible_is_refused_by_name()
    {
        await RuleSets.CreateAsync("draft", Content(1), Ann, default);
        await LiveAsync("live", 2);

        Assert.IsType<VersionOutcome.NotFound>(await RuleSets.ActivateAsync("nothing", null, Ben, default));
        Assert.Equal(new VersionOutcome.WrongState(VersionState.Draft), await RuleSets.ActivateAsync("draft", null, Ben, default));
        Assert.Equal(new VersionOutcome.WrongState(VersionState.Draft), await RuleSets.RollBackAsync("draft", null, Ben, default));
        Assert.Equal(new VersionOutcome.WrongState(VersionState.Live), await RuleSets.ToShadowAsync("live", null, Ben, default));
        Assert.Equal(new VersionOutcome.Stale(1), await RuleSets.ToShadowAsync("draft", 7, Ann, default));
        Assert.Null(await RuleSets.FindAsync("nothing", default));
    }

    [Fact]
    public async Task Shadow_when_another_takes_its_place_retires()
    {
        await RuleSets.CreateAsync("one", Content(1), Ann, default);
        await RuleSets.CreateAsync("two", Content(2), Ann, default);
        await RuleSets.ToShadowAsync("one", null, Ann, default);
        await RuleSets.ToShadowAsync("two", null, Ann, default);

        Assert.Equal((VersionState.Retired, VersionState.Shadow), ((await RuleSets.FindAsync("one", default))!.Summary.State, (await RuleSets.FindAsync("two", default))!.Summary.State));
    }

    [Fact]
    public async Task Activation_when_two_come_at_once_leaves_one_in_force()
    {
        await LiveAsync("zero", 0);
        for (var i = 1; i <= 8; i++)
            await RuleSets.CreateAsync($"v{i}", Content(i), Ann, default);

        await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Task.Run(async () =>
        {
            await RuleSets.ToShadowAsync($"v{i}", null, Ann, default);
            await RuleSets.ActivateAsync($"v{i}", null, Ben, default);
        })));

        Assert.Equal(1L, await ScalarAsync<long>("select count(*) from decisioning.rule_set where state = 'live'"));
        Assert.True(await ScalarAsync<long>("select count(*) from decisioning.rule_set where state = 'shadow'") <= 1);
        var chain = await ScalarAsync<string[]>("select array_agg(coalesce(instead_of, '') || '>' || version order by id) from decisioning.rule_set_log where to_state = 'live'");
        Assert.All(chain.Zip(chain.Skip(1)), pair => Assert.Equal(pair.First.Split('>')[1], pair.Second.Split('>')[0]));
    }

    [Fact]
    public async Task Record_when_somebody_would_change_it_is_kept()
    {
        await LiveAsync("one", 1);

        Assert.Equal("23001", await RefusedAsync("update decisioning.rule_set set content = '{}'"));
        Assert.Equal("23001", await RefusedAsync("update decisioning.rule_set set author = 'ben'"));
        Assert.Equal("23001", await RefusedAsync("delete from decisioning.rule_set_log"));
        Assert.Equal("23001", await RefusedAsync("update decisioning.rule_set_log set actor = 'nobody'"));
        Assert.Equal("23001", await RefusedAsync("truncate decisioning.list_audit"));
        Assert.Equal("23514", await RefusedAsync(
            "insert into decisioning.rule_set_log (at, version, action, to_state, author, actor, remote, reason) values (now(), 'one', 'activate', 'live', 'ann', 'ANN', '', '')"));
        await RuleSets.CreateAsync("two", Content(2), Ann, default);
        Assert.Equal("23505", await RefusedAsync("update decisioning.rule_set set state = 'live' where version = 'two'"));
    }
}
