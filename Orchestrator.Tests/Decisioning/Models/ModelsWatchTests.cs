using Orchestrator.Decisioning.Models;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.Models;

public sealed class ModelsWatchTests(TestInfrastructure infrastructure) : ModelDatabase(infrastructure)
{
    [Fact]
    public async Task Watch_when_another_model_comes_into_force_follows_without_a_restart()
    {
        using var watch = Watch();
        Assert.Equal(ModelsInForce.None, watch.Current);
        Assert.False(watch.Loaded.IsCompleted);
        Assert.False(await watch.PollAsync(default), "there is none");
        Assert.True(watch.Loaded.IsCompleted);

        var one = await LiveAsync("one");
        var two = await ShadowAsync("two", raw: 3);
        Assert.True(await watch.PollAsync(default));
        Assert.Equal((one, two), InForce(watch));
        var challenger = watch.Current.Challenger;
        Assert.False(await watch.PollAsync(default), "nothing has changed");

        await Models.ActivateAsync(two, null, Ben, default);
        await watch.PollAsync(default);
        Assert.Equal((two, null), InForce(watch));
        Assert.Same(challenger, watch.Current.Champion);
        Assert.Equal(3, watch.Current.Champion!.Score(SmallModels.Vector(250)).Raw);

        await Models.RollBackAsync(two, null, Ben, default);
        await Models.RollBackAsync(one, null, Ben, default);
        await watch.PollAsync(default);
        Assert.Equal(ModelsInForce.None, watch.Current);
    }

    [Fact]
    public async Task Watch_when_a_file_is_configured_lets_it_score_while_none_is_live()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("orchestrator-model-").FullName, "model.json");
        await File.WriteAllBytesAsync(path, SmallModels.File("default"));
        using var watch = Watch(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        var fromFile = watch.Current.Champion!.Version;
        Assert.StartsWith("default-", fromFile, StringComparison.Ordinal);
        await watch.PollAsync(default);
        Assert.Equal((fromFile, null), InForce(watch));

        var one = await LiveAsync("one");
        await watch.PollAsync(default);
        Assert.Equal((one, null), InForce(watch));
        Assert.Equal(fromFile, (await watch.FindAsync(fromFile, default))?.Version);

        await Models.RollBackAsync(one, null, Ben, default);
        await watch.PollAsync(default);
        Assert.Equal((fromFile, null), InForce(watch));
    }

    [Fact]
    public async Task Watch_when_a_model_does_not_fit_this_version_keeps_what_was_in_force()
    {
        using var watch = Watch();
        var one = await LiveAsync("one");
        await watch.PollAsync(default);
        await ExecuteAsync($"""
            insert into decisioning.model (version, name, hash, author, format, schema_hash, description, content, created_at, changed_at)
            values ('tomorrow-11111111', 'tomorrow', '{new string('1', 64)}', 'ann', 'orchestrator-trees', 'x', '{"{}"}', 'of tomorrow', now(), now());
            """);
        await Models.ToShadowAsync("tomorrow-11111111", null, Ann, default);
        await Models.ActivateAsync("tomorrow-11111111", null, Ben, default);

        await watch.PollAsync(default);
        await watch.PollAsync(default);

        Assert.Equal((one, null), InForce(watch));
        Assert.Null(await watch.FindAsync("tomorrow-11111111", default));
    }

    [Fact]
    public async Task Model_when_it_is_not_in_force_any_more_is_found_by_its_version()
    {
        using var watch = Watch();
        var versions = new List<string>();
        for (var i = 0; i < 12; i++)
            versions.Add(await DraftAsync($"v{i}", raw: i + 1));
        await watch.PollAsync(default);

        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < versions.Count; i++)
                Assert.Equal(i + 1, (await watch.FindAsync(versions[i], default))!.Score(SmallModels.Vector(250)).Raw);
        }

        Assert.Same(await watch.FindAsync(versions[^1], default), await watch.FindAsync(versions[^1], default));
        Assert.Null(await watch.FindAsync("unheard-00000000", default));
    }

    [Fact]
    public async Task Watch_when_started_follows_by_itself_and_outlives_a_failure()
    {
        using var watch = Watch();
        await watch.StartAsync(default);
        await watch.Loaded.WaitAsync(Eventually.Bound);
        await ExecuteAsync("alter table decisioning.model rename to away");
        Time.Advance(TimeSpan.FromSeconds(2));
        await ExecuteAsync("alter table decisioning.away rename to model");
        var one = await LiveAsync("one");

        await Eventually.HoldsAsync("the models are followed", () =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            return watch.Current.Champion?.Version == one;
        });
        await watch.StopAsync(default);
    }

    [Fact]
    public async Task No_models_when_asked_have_none()
    {
        var none = new NoModels();

        await none.Loaded;
        Assert.Equal(ModelsInForce.None, none.Current);
        Assert.Null(await none.FindAsync("any", default));
    }

    static (string?, string?) InForce(ModelsWatch watch) => (watch.Current.Champion?.Version, watch.Current.Challenger?.Version);
}
