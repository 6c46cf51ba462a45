using CsCheck;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.RuleSets;

public sealed class ListStoreTests(TestInfrastructure infrastructure) : RuleSetDatabase(infrastructure)
{
    [Fact]
    public async Task Entry_when_added_and_removed_is_recorded_and_the_same_again_changes_nothing()
    {
        var added = Assert.IsType<ListOutcome.Done>(await Lists.AddAsync("denied_accounts", [new("mule"), new("thief", Time.GetUtcNow().AddHours(1))], "ann", "police report", default));
        var again = Assert.IsType<ListOutcome.Done>(await Lists.AddAsync("denied_accounts", [new("mule")], "ben", "again", default));
        var removed = Assert.IsType<ListOutcome.Done>(await Lists.RemoveAsync("denied_accounts", ["mule", "nobody"], "ben", "cleared", default));

        Assert.Equal((2, 0, 1), (added.Changed, again.Changed, removed.Changed));
        Assert.Equal((added.Version, added.Version, added.Version + 1), (again.Version, again.Version, removed.Version));
        Assert.Equal(["thief"], (await Lists.EntriesAsync("denied_accounts", null, null, 10, default)).Select(e => e.Value));
        Assert.Equal(["remove ben cleared", "add ann police report"], (await Lists.AuditAsync("denied_accounts", "mule", default)).Select(a => $"{a.Action} {a.Actor} {a.Reason}"));
        Assert.Equal(1, (await Lists.FindAsync("denied_accounts", default))!.Entries);
        Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty(await Lists.EntriesAsync("denied_accounts", null, null, 10, default));
    }

    [Fact]
    public async Task List_when_made_again_is_the_same_or_refused()
    {
        Assert.IsType<ListOutcome.Done>(await Lists.CreateAsync("shops", ListKind.Watch, "shops", "ann", default));
        Assert.Equal(0, Assert.IsType<ListOutcome.Done>(await Lists.CreateAsync("shops", ListKind.Watch, "shops", "ben", default)).Changed);
        Assert.IsType<ListOutcome.Exists>(await Lists.CreateAsync("shops", ListKind.Deny, "shops", "ann", default));
        Assert.IsType<ListOutcome.NotFound>(await Lists.AddAsync("nothing", [new("x")], "ann", "x", default));
        Assert.Equal(["allowed_destinations", "denied_accounts", "denied_customers", "sanctions", "shops", "watched_accounts"], (await Lists.ListAsync(null, 10, default)).Select(l => l.Name));
    }

    [Fact]
    public async Task List_when_it_is_full_takes_no_more()
    {
        await using (var fill = Database.CreateCommand("update decisioning.list set entries = 999999 where name = 'denied_accounts'"))
            await fill.ExecuteNonQueryAsync();

        Assert.IsType<ListOutcome.Full>(await Lists.AddAsync("denied_accounts", [new("a"), new("b")], "ann", "x", default));
        Assert.Empty(await Lists.EntriesAsync("denied_accounts", null, null, 10, default));
        Assert.IsType<ListOutcome.Done>(await Lists.AddAsync("denied_accounts", [new("a")], "ann", "x", default));
    }

    [Fact]
    public async Task Entries_when_asked_for_come_in_pages_by_value_and_by_their_beginning()
    {
        await Lists.AddAsync("watched_accounts", [.. new[] { "a", "ab", "abc", "ac", "b", "ß" }.Select(v => new ListAddition(v))], "ann", "x", default);

        Assert.Equal(["a", "ab"], await PageAsync(null, null, 2));
        Assert.Equal(["abc", "ac"], await PageAsync(null, "ab", 2));
        Assert.Equal(["ab", "abc"], await PageAsync("ab", null, 10));
        Assert.Equal(["abc"], await PageAsync("ab", "ab", 10));
        Assert.Equal(["ß"], await PageAsync("ß", null, 10));

        async Task<IEnumerable<string>> PageAsync(string? prefix, string? after, int limit) =>
            (await Lists.EntriesAsync("watched_accounts", prefix, after, limit, default)).Select(e => e.Value);
    }

    [Fact]
    public async Task Reader_when_lists_change_again_and_again_knows_what_is_stored()
    {
        var reader = new ListReader(Database);
        var change = Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 30].Array[1, 12], Gen.Int[-1, 3]);
        var names = new[] { "allowed_destinations", "denied_accounts", "watched_accounts" };
        await change.Array[1, 8].SampleAsync(
            async changes =>
            {
                var known = ListsSnapshot.None;
                foreach (var (list, add, values, hours) in changes)
                {
                    var distinct = values.Distinct().Select(v => $"v{v}").ToArray();
                    if (add)
                        await Lists.AddAsync(names[list], [.. distinct.Select(v => new ListAddition(v, hours < 0 ? null : Time.GetUtcNow().AddHours(hours)))], "ann", "x", default);
                    else
                        await Lists.RemoveAsync(names[list], distinct, "ann", "x", default);
                    Time.Advance(TimeSpan.FromMinutes(20));
                    while (await Lists.PruneAsync(default))
                    {
                    }
                    known = await reader.ReadAsync(known, default);
                }
                var fresh = await reader.ReadAsync(ListsSnapshot.None, default);
                foreach (var name in names)
                {
                    var stored = (await Lists.EntriesAsync(name, null, null, ListStore.MaxPage, default)).Select(e => e.Value).ToHashSet(StringComparer.Ordinal);
                    for (var i = 0; i <= 30; i++)
                        Assert.Equal((stored.Contains($"v{i}"), stored.Contains($"v{i}")), (known.Find(name)!.Contains($"v{i}", NowMs), fresh.Find(name)!.Contains($"v{i}", NowMs)));
                }
                Assert.Equal(fresh.Version, known.Version);
                Assert.Equal(
                    await ScalarAsync<long>("select count(*) from decisioning.list_entry where removed_at is null"), await ScalarAsync<long>("select sum(entries) from decisioning.list"));
            },
            iter: 25, threads: 1);
    }

    [Fact]
    public async Task Reader_when_there_are_many_entries_reads_them_page_by_page()
    {
        for (var bulk = 0; bulk < 23; bulk++)
            await Lists.AddAsync("denied_accounts", [.. Enumerable.Range(bulk * 1_000, 1_000).Select(i => new ListAddition($"account-{i}"))], "ann", "x", default);

        var lists = await new ListReader(Database).ReadAsync(ListsSnapshot.None, default);

        Assert.Equal(23_000, lists.Find("denied_accounts")!.CountAll());
        Assert.All(Enumerable.Range(0, 23_000), i => Assert.True(lists.Find("denied_accounts")!.Contains($"account-{i}", NowMs)));
    }

    [Fact]
    public async Task Expired_entries_when_cleared_away_are_recorded_and_later_forgotten()
    {
        await Lists.AddAsync("denied_accounts", [new("short", Time.GetUtcNow().AddMinutes(1)), new("long")], "ann", "x", default);
        Time.Advance(TimeSpan.FromHours(2));
        await Lists.PruneAsync(default);

        Assert.Equal(["expire", "add"], (await Lists.AuditAsync("denied_accounts", "short", default)).Select(a => a.Action));
        Assert.Equal(2L, await ScalarAsync<long>("select count(*) from decisioning.list_entry"));
        Time.Advance(TimeSpan.FromDays(2));
        await Lists.PruneAsync(default);
        Assert.Equal(1L, await ScalarAsync<long>("select count(*) from decisioning.list_entry"));
    }
}
