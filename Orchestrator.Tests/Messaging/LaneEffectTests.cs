using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

public sealed class LaneEffectTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Unit_when_it_rested_on_a_wrong_guess_does_run_again_whole_and_park_nothing()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        fixture.Behaviour.Gate = () =>
        {
            reached.TrySetResult();
            return open.Task;
        };
        var host = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "a"));
        await reached.Task.WaitAsync(Eventually.Bound);
        fixture.Send(Transaction(Id(2), "a"));
        fixture.Send(Transaction(Id(3), "a", ("guess", "")));
        var lanes = host.Services.GetRequiredService<LaneHost>();
        await Eventually.HoldsAsync("two wait for the next unit", () => lanes.Status().Single().Buffered == 2);
        open.SetResult();
        await fixture.TakenAsync(3);

        Assert.Equal([Id(1), Id(2), Id(3)], await fixture.EffectsAsync("a"));
        Assert.Equal(5, fixture.Behaviour.Handled);
        // Two units, a row of the outbox each: the second was not taken apart.
        Assert.Equal(2L, await fixture.ScalarAsync<long>("select max(outbox_seq) from messaging.lane"));
        Assert.Equal(0L, await fixture.ScalarAsync<long>("select count(*) from messaging.parked"));
    }

    [Fact]
    public async Task Messages_when_they_come_twice_do_take_effect_once_and_in_order_of_their_key()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        var sent = Ids(400);
        for (var i = 0; i < sent.Count; i++)
        {
            fixture.Send(Transaction(sent[i], $"key{i % 7}"));
            if (i % 3 == 0)
                fixture.Send(Transaction(sent[i / 2], $"key{i / 2 % 7}"));
        }
        await fixture.StartServiceAsync();
        await fixture.TakenAsync(sent.Count);

        Assert.Equal(sent.Order(), (await fixture.EffectsAsync()).Order());
        for (var key = 0; key < 7; key++)
            Assert.Equal(sent.Where((_, i) => i % 7 == key), await fixture.EffectsAsync($"key{key}"));
    }

    [Fact]
    public async Task Message_when_it_is_a_duplicate_of_one_before_a_restart_does_nothing()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        var first = await fixture.StartServiceAsync();
        var (one, two) = (Id(1), Id(2));
        fixture.Send(Transaction(one, "a"));
        await fixture.TakenAsync(1);
        await fixture.StopServiceAsync(first);

        fixture.Send(Transaction(one, "a"));
        fixture.Send(Transaction(two, "a"));
        await fixture.StartServiceAsync();
        await fixture.TakenAsync(2);
        Assert.Equal([one, two], await fixture.EffectsAsync("a"));
    }

    [Fact]
    public async Task Announcements_when_units_commit_do_all_arrive_and_leave_the_outbox_empty()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        var sent = Ids(300);
        foreach (var id in sent)
            fixture.Send(Transaction(id, $"key{id.ToByteArray()[0] % 5}"));
        await fixture.StartServiceAsync();

        Assert.Equal(sent.Order(), fixture.Read(Topics.Alerts, sent.Count).Order());
        await Eventually.HoldsAsync("the outbox is empty", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.outbox") == 0);
    }

    [Fact]
    public async Task Outbox_when_a_former_owner_left_rows_does_publish_them_in_order_before_reading_on()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        var left = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "a"));
        await fixture.TakenAsync(1);
        Assert.Single(fixture.Read(Topics.Alerts, 1));
        await Eventually.HoldsAsync("the outbox is empty", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.outbox") == 0);
        await fixture.StopServiceAsync(left);

        // As if it had died between the commit and the publishing of two units.
        await fixture.LeaveInOutboxAsync(Id(2), Id(3));
        await fixture.StartServiceAsync();
        Assert.Equal([Id(1), Id(2), Id(3)], fixture.Read(Topics.Alerts, 3));
        await Eventually.HoldsAsync("the outbox is empty", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.outbox") == 0);
    }

    [Fact]
    public async Task Timer_when_it_is_due_does_come_once_and_a_cancelled_one_never()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "a", ("timer", "400")));
        fixture.Send(Transaction(Id(2), "a", ("timer", "200")));
        fixture.Send(Transaction(Id(3), "a", ("cancel-timer", Id(2).ToString())));

        await Eventually.HoldsAsync("the timer came", async () => (await fixture.EffectsAsync("a", "timer")).Count > 0);
        await Eventually.HoldsAsync("no timer is left", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.timer") == 0);
        Assert.Equal([Id(1)], await fixture.EffectsAsync("a", "timer"));
    }

    [Fact]
    public async Task Timer_when_the_service_was_down_at_its_time_does_come_after_the_start()
    {
        await using var fixture = await LaneFixture.CreateAsync(infrastructure);
        var first = await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "a", ("timer", "300")));
        await fixture.TakenAsync(1);
        await fixture.StopServiceAsync(first);
        Assert.Equal(1L, await fixture.ScalarAsync<long>("select count(*) from messaging.timer"));

        await fixture.StartServiceAsync();
        await Eventually.HoldsAsync("the timer came", async () => (await fixture.EffectsAsync("a", "timer")).Count == 1);
    }

    static List<Guid> Ids(int count) => [.. Enumerable.Range(1, count).Select(Id)];
}
