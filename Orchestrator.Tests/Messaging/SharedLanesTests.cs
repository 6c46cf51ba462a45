using Microsoft.Extensions.Hosting;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

public sealed class SharedLanesTests(TestInfrastructure infrastructure)
{
    const string EveryLaneOwned =
        """
        select count(*) = 4 and max(lanes) - min(lanes) <= 1 and count(distinct member_id) = $1 from (
            select m.member_id, count(*) over (partition by m.member_id) as lanes from messaging.lane l join messaging.member m on m.member_id = l.owner) as owned
        """;

    [Fact]
    public async Task Services_when_they_join_and_leave_under_load_do_take_everything_once_and_in_order()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var sent = 0;
        var hosts = new Queue<IHost>([await fixture.StartServiceAsync()]);
        await OwnedAsync(fixture, members: 1);
        // Each change comes while the lanes are busy; a sixth of the messages come twice.
        foreach (var joins in new[] { true, true, false, true, false, false })
        {
            Send(400);
            if (joins)
                hosts.Enqueue(await fixture.StartServiceAsync());
            else
                await fixture.StopServiceAsync(hosts.Dequeue());
            Send(400);
            await OwnedAsync(fixture, hosts.Count);
        }
        await fixture.TakenAsync(sent);

        Assert.Equal(sent, await fixture.ScalarAsync<long>("select count(*) from effect"));
        for (var key = 0; key < 13; key++)
            Assert.Equal(Enumerable.Range(1, sent).Where(i => i % 13 == key).Select(Id), await fixture.EffectsAsync($"key{key}"));
        // A unit that was published and not yet deleted when its lane moved is published again: receivers drop it by id.
        var announced = fixture.Read(Topics.Alerts, sent);
        Assert.Equal(sent, announced.Distinct().Count());
        Assert.Equal(1L, await fixture.ScalarAsync<long>("select count(distinct owner) from messaging.lane"));

        void Send(int count)
        {
            for (var i = 0; i < count; i++)
            {
                sent++;
                fixture.Send(Transaction(Id(sent), $"key{sent % 13}"));
                if (sent % 6 == 0)
                    fixture.Send(Transaction(Id(sent / 2), $"key{sent / 2 % 13}"));
            }
        }
    }

    [Fact]
    public async Task Former_owner_when_it_is_fenced_in_the_midst_of_a_unit_does_neither_write_nor_publish()
    {
        await using var fixture = await CreateAsync(infrastructure);
        await fixture.StartServiceAsync();
        await OwnedAsync(fixture, members: 1);
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        fixture.Behaviour.Gate = () =>
        {
            reached.TrySetResult();
            return open.Task;
        };
        fixture.Send(Transaction(Id(1), "a"));
        await reached.Task.WaitAsync(Eventually.Bound);

        await using (var thief = await StealAllAsync(fixture))
        {
            open.SetResult();
            fixture.Send(Transaction(Id(2), "a"));
            await Eventually.HoldsAsync("the former owner has tried", () => fixture.Behaviour.Handled > 0);
            // Its heartbeats tell it once more; it may not take a lane back while the new owner lives.
            for (var beat = 0; beat < 10; beat++)
                await thief.HeartbeatAsync(default);
            Assert.Empty(await fixture.EffectsAsync());
            Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.outbox"));
            Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.lane where positions <> '{}'"));
        }

        await fixture.TakenAsync(2);
        Assert.Equal([Id(1), Id(2)], await fixture.EffectsAsync("a"));
        Assert.Equal([Id(1), Id(2)], fixture.Read(Topics.Alerts, 2));
        Assert.Equal(2L, await fixture.ScalarAsync<long>("select count(*) from effect"));
    }

    [Fact]
    public async Task Lane_when_its_release_fails_does_not_stay_without_anybody_who_runs_it()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var first = await fixture.StartServiceAsync();
        await OwnedAsync(fixture, members: 1);
        await fixture.ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as 'begin raise exception ''not now''; end';
            create trigger refuse before update on messaging.lane for each row when (old.owner is not null and new.owner is null) execute function refuse();
            """);
        await fixture.StartServiceAsync();
        await Eventually.HoldsAsync("two members", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.member") == 2);
        for (var i = 1; i <= 100; i++)
            fixture.Send(Transaction(Id(i), $"key{i % 13}"));
        await Eventually.HoldsAsync("what is owned flows", async () => await fixture.ScalarAsync<long>("select count(*) from effect") > 0);
        await fixture.ExecuteAsync("drop trigger refuse on messaging.lane");

        await fixture.TakenAsync(100);
        await fixture.StopServiceAsync(first);
        await OwnedAsync(fixture, members: 1);
    }

    static async Task<GroupMembership> StealAllAsync(LaneFixture fixture)
    {
        var thief = await GroupMembership.JoinAsync(
            fixture.Source, fixture.Kafka.Group("recorder"), new MessagingOptions { Partitions = Partitions, LeaseMs = 60_000 }, TimeProvider.System, default);
        var (_, lanes) = await thief.HeartbeatAsync(default);
        foreach (var lane in lanes)
            await thief.ClaimAsync(lane, default);
        return thief;
    }

    static Task OwnedAsync(LaneFixture fixture, int members) => Eventually.HoldsAsync($"{members} members share all lanes", async () =>
    {
        await using var command = fixture.Source.CreateCommand(EveryLaneOwned);
        command.Parameters.Add(new NpgsqlParameter { Value = (long)members });
        return await command.ExecuteScalarAsync() is true;
    });
}
