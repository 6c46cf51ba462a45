using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.RuleSets;

public sealed class RulesWatchTests(TestInfrastructure infrastructure) : RuleSetDatabase(infrastructure)
{
    [Fact]
    public async Task Watch_when_another_set_comes_into_force_follows_without_a_restart()
    {
        using var watch = Watch();
        Assert.Equal("built-in", watch.Current.Live.Name);
        Assert.True(await watch.PollAsync(default), "the lists were read");
        Assert.False(await watch.PollAsync(default), "nothing has changed");

        await LiveAsync("one", 100);
        await RuleSets.CreateAsync("two", Content(2), Ann, default);
        await RuleSets.ToShadowAsync("two", null, Ann, default);
        Assert.True(await watch.PollAsync(default));
        Assert.Equal(("one", "two"), (watch.Current.Live.Name, watch.Current.Shadow?.Name));

        await RuleSets.ActivateAsync("two", null, Ben, default);
        await watch.PollAsync(default);
        Assert.Equal(("two", null), (watch.Current.Live.Name, watch.Current.Shadow?.Name));

        await RuleSets.RollBackAsync("two", null, Ben, default);
        await RuleSets.RollBackAsync("one", null, Ben, default);
        await watch.PollAsync(default);
        Assert.Equal("built-in", watch.Current.Live.Name);
    }

    [Fact]
    public async Task Watch_when_a_list_changes_knows_it_and_keeps_its_rules()
    {
        using var watch = Watch();
        await watch.PollAsync(default);
        var before = watch.Current;

        await Lists.AddAsync("denied_accounts", [new("mule")], "ann", "x", default);
        await watch.PollAsync(default);

        Assert.True(watch.Current.Lists.Find("denied_accounts")!.Contains("mule", NowMs));
        Assert.False(before.Lists.Find("denied_accounts")!.Contains("mule", NowMs), "what was taken stays as it was");
        Assert.Same(before.Live, watch.Current.Live);
        var lane = new LaneRules(Time);
        lane.Follow(before);
        var evaluator = lane.Live;
        lane.Follow(watch.Current);
        Assert.Same(evaluator, lane.Live);
    }

    [Fact]
    public async Task Watch_when_a_set_does_not_fit_this_version_keeps_what_was_in_force()
    {
        using var watch = Watch();
        await LiveAsync("one", 100);
        await watch.PollAsync(default);
        var misfit = Content(1) with { Rules = [new RuleDefinition("x", "feature_of_tomorrow > 1", "1", "x")] };
        await RuleSets.CreateAsync("misfit", misfit, Ann, default);
        await RuleSets.ToShadowAsync("misfit", null, Ann, default);
        await RuleSets.ActivateAsync("misfit", null, Ben, default);

        await watch.PollAsync(default);
        await watch.PollAsync(default);

        Assert.Equal("one", watch.Current.Live.Name);
    }

    [Fact]
    public async Task Watch_when_it_has_not_asked_for_long_reads_lists_anew()
    {
        using var watch = Watch();
        await Lists.AddAsync("denied_accounts", [new("mule")], "ann", "x", default);
        await watch.PollAsync(default);
        await Lists.RemoveAsync("denied_accounts", ["mule"], "ann", "x", default);
        Time.Advance(TimeSpan.FromDays(3));
        await Lists.PruneAsync(default);

        await watch.PollAsync(default);

        Assert.False(watch.Current.Lists.Find("denied_accounts")!.Contains("mule", NowMs));
    }

    [Fact]
    public async Task Watch_when_started_follows_by_itself_and_outlives_a_failure()
    {
        using var watch = Watch();
        await watch.StartAsync(default);
        await watch.Loaded.WaitAsync(Eventually.Bound);
        await using (var away = Database.CreateCommand("alter table decisioning.list_clock rename to away"))
            await away.ExecuteNonQueryAsync();
        Time.Advance(TimeSpan.FromSeconds(2));
        await using (var back = Database.CreateCommand("alter table decisioning.away rename to list_clock"))
            await back.ExecuteNonQueryAsync();
        await LiveAsync("one", 100);

        await Eventually.HoldsAsync("the rules are followed", () =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(watch.Current.Live.Name == "one");
        });
        await watch.StopAsync(default);
    }
}
