using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Versions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.Models;

public sealed class ModelStoreTests(TestInfrastructure infrastructure) : ModelDatabase(infrastructure)
{
    [Fact]
    public async Task Model_when_it_lives_its_life_is_recorded()
    {
        var one = await LiveAsync("one");
        var two = await LiveAsync("two");
        await Models.RollBackAsync(two, null, Ann, default);

        var (first, second) = ((await Models.FindAsync(one, default))!, (await Models.FindAsync(two, default))!);

        Assert.Equal((VersionState.Live, VersionState.Retired), (first.Summary.State, second.Summary.State));
        Assert.Equal(
            ["create draft  ann", "shadow shadow  ann", "activate live  ben", "retire retired  ben", "restore live  ann"],
            first.Log.Select(e => $"{e.Action} {e.To} {e.InsteadOf} {e.Actor}"));
        Assert.Equal(
            ["create draft  ann", "shadow shadow  ann", $"activate live {one} ben", "roll_back retired  ann"],
            second.Log.Select(e => $"{e.Action} {e.To} {e.InsteadOf} {e.Actor}"));
        Assert.Equal([one, two], (await Models.ListAsync(null, 10, default)).Select(m => m.Version));
        Assert.Equal([two], (await Models.ListAsync(one, 10, default)).Select(m => m.Version));
        Assert.Equal([one], (await Models.ListAsync(null, 1, default)).Select(m => m.Version));
    }

    [Fact]
    public async Task Model_when_it_is_stored_comes_back_byte_for_byte_and_describes_itself()
    {
        var bytes = SmallModels.File("whole");
        var file = SmallModels.Read(bytes);
        await Models.CreateAsync(file, bytes, Ann, default);

        var stored = (await Models.FindAsync(file.Model.Version, default))!;

        Assert.Equal(bytes, await Models.ContentAsync(file.Model.Version, default));
        Assert.Equal((bytes.Length, file.Hash, "orchestrator-trees"), (stored.Summary.Bytes, stored.Summary.Hash, stored.Summary.Format));
        Assert.Equal(file.Description.Thresholds, stored.Description.Thresholds);
        Assert.Equal(file.Description.Inputs, stored.Description.Inputs);
        Assert.Equal(file.Description.Facts, stored.Description.Facts);
    }

    [Fact]
    public async Task Trial_when_it_is_ended_leaves_no_shadow_and_can_begin_again()
    {
        var one = await ShadowAsync("one");

        Assert.IsType<VersionOutcome.Done>(await Models.EndTrialAsync(one, null, Ben, default));
        Assert.IsType<VersionOutcome.Repeated>(await Models.EndTrialAsync(one, null, Ben, default));
        Assert.Equal(new VersionOutcome.WrongState(VersionState.Retired), await Models.RollBackAsync(one, null, Ben, default));
        Assert.IsType<VersionOutcome.Done>(await Models.ToShadowAsync(one, null, Ann, default));
        Assert.IsType<VersionOutcome.Done>(await Models.ActivateAsync(one, null, Ben, default));
        Assert.Equal(new VersionOutcome.WrongState(VersionState.Live), await Models.EndTrialAsync(one, null, Ben, default));
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("Ann")]
    public async Task Model_when_its_uploader_would_put_it_in_force_is_refused(string uploader)
    {
        var one = await ShadowAsync("one");

        Assert.IsType<VersionOutcome.SameEyes>(await Models.ActivateAsync(one, null, Ann with { Name = uploader }, default));
        Assert.Equal(VersionState.Shadow, (await Models.FindAsync(one, default))!.Summary.State);
    }

    [Fact]
    public async Task Change_when_it_is_not_possible_is_refused_by_name()
    {
        var draft = await DraftAsync("draft");
        var live = await LiveAsync("live");
        var bytes = SmallModels.File("draft");

        Assert.IsType<VersionOutcome.Repeated>(await Models.CreateAsync(SmallModels.Read(bytes), bytes, Ben, default));
        Assert.IsType<VersionOutcome.NotFound>(await Models.ActivateAsync("nothing", null, Ben, default));
        Assert.Equal(new VersionOutcome.WrongState(VersionState.Draft), await Models.ActivateAsync(draft, null, Ben, default));
        Assert.Equal(new VersionOutcome.WrongState(VersionState.Draft), await Models.RollBackAsync(draft, null, Ben, default));
        Assert.Equal(new VersionOutcome.WrongState(VersionState.Draft), await Models.EndTrialAsync(draft, null, Ben, default));
        Assert.Equal(new VersionOutcome.WrongState(VersionState.Live), await Models.ToShadowAsync(live, null, Ann, default));
        Assert.Equal(new VersionOutcome.Stale(1), await Models.ToShadowAsync(draft, 7, Ann, default));
        Assert.Null(await Models.FindAsync("nothing", default));
        Assert.Null(await Models.ContentAsync("nothing", default));
    }

    [Fact]
    public async Task Version_when_two_files_share_it_is_the_first_ones()
    {
        var one = await DraftAsync("one");
        var bytes = SmallModels.File("one", raw: 3);
        // As if the two hashes began alike.
        var other = SmallModels.Read(bytes);
        var twin = other with { Model = new TreeScoringModel(one, SmallModels.Stump("one", 3), SmallModels.Plan), Hash = one[^8..] + other.Hash[8..] };

        Assert.IsType<VersionOutcome.Exists>(await Models.CreateAsync(twin, bytes, Ben, default));
    }

    [Fact]
    public async Task Activation_when_two_come_at_once_leaves_one_in_force()
    {
        await LiveAsync("zero");
        var versions = new List<string>();
        for (var i = 1; i <= 8; i++)
            versions.Add(await DraftAsync($"v{i}"));

        await Task.WhenAll(versions.Select(version => Task.Run(async () =>
        {
            await Models.ToShadowAsync(version, null, Ann, default);
            await Models.ActivateAsync(version, null, Ben, default);
        })));

        Assert.Equal(1L, await ScalarAsync<long>("select count(*) from decisioning.model where state = 'live'"));
        Assert.True(await ScalarAsync<long>("select count(*) from decisioning.model where state = 'shadow'") <= 1);
        var chain = await ScalarAsync<string[]>("select array_agg(coalesce(instead_of, '') || '>' || version order by id) from decisioning.model_log where to_state = 'live'");
        Assert.All(chain.Zip(chain.Skip(1)), pair => Assert.Equal(pair.First.Split('>')[1], pair.Second.Split('>')[0]));
    }

    [Fact]
    public async Task Record_when_somebody_would_change_it_is_kept()
    {
        var one = await LiveAsync("one");
        var two = await DraftAsync("two");

        Assert.Equal("23001", await RefusedAsync("update decisioning.model set content = 'x'"));
        Assert.Equal("23001", await RefusedAsync("update decisioning.model set author = 'ben'"));
        Assert.Equal("23001", await RefusedAsync("delete from decisioning.model"));
        Assert.Equal("23001", await RefusedAsync("delete from decisioning.model_log"));
        Assert.Equal("23001", await RefusedAsync("update decisioning.model_log set actor = 'nobody'"));
        Assert.Equal("23514", await RefusedAsync(
            $"insert into decisioning.model_log (at, version, action, to_state, author, actor, remote, reason) values (now(), '{one}', 'activate', 'live', 'ann', 'ANN', '', '')"));
        Assert.Equal("23505", await RefusedAsync($"update decisioning.model set state = 'live' where version = '{two}'"));
        Assert.Equal("23514", await RefusedAsync($"insert into decisioning.model (version, name, hash, author, format, schema_hash, description, content, created_at, changed_at) " +
            $"values ('three-00000000', 'three', '{new string('1', 64)}', 'ann', 'x', 'x', '{{}}', 'x', now(), now())"));
    }
}
