using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

public sealed class BackpressureTests(TestInfrastructure infrastructure)
{
    [Theory]
    [InlineData(20_000, 0, 200, 200, 50)] // By count.
    [InlineData(80, 100_000, 4_000, 11, 5)] // By bytes: a mebibyte holds ten of these and a part.
    public async Task Lanes_when_they_are_far_behind_do_read_ahead_no_more_than_their_bound(int messages, int padding, int laneBufferMessages, int bound, int batch)
    {
        await using var fixture = await CreateAsync(infrastructure);
        var open = new TaskCompletionSource();
        fixture.Behaviour.Gate = () => open.Task;
        var pad = new string('x', padding);
        for (var i = 0; i < messages; i++)
            fixture.Send(Transaction(Id(i), $"key{i % 16}"), pad: pad);
        fixture.Producer.Flush(Eventually.Bound);
        var host = await fixture.StartServiceAsync(
            ("Messaging:LaneBufferMessages", $"{laneBufferMessages}"), ("Messaging:LaneBufferBytes", $"{1 << 20}"), ("Messaging:MaxBatch", $"{batch}"));
        var lanes = host.Services.GetRequiredService<LaneHost>();

        // Nothing can be taken yet: the lanes fill to their bound and stop there, however much is waiting.
        await Eventually.HoldsAsync("the lanes are full", () => lanes.Status().Single().Buffered >= Partitions * (bound - batch));
        var most = 0;
        for (var i = 0; i < 25; i++)
        {
            most = Math.Max(most, lanes.Status().Single().Buffered);
            await Task.Delay(20);
        }
        Assert.InRange(most, 1, Partitions * bound);

        open.SetResult();
        var taken = fixture.TakenAsync(messages, TimeSpan.FromSeconds(120));
        while (!taken.IsCompleted)
        {
            most = Math.Max(most, lanes.Status().Single().Buffered);
            await Task.WhenAny(taken, Task.Delay(5));
        }
        await taken;
        Assert.InRange(most, 1, Partitions * bound);
        Assert.Equal(messages, await fixture.ScalarAsync<long>("select count(*) from effect"));
        for (var key = 0; key < 16; key++)
            Assert.Equal(Enumerable.Range(0, messages).Where(i => i % 16 == key).Select(Id), await fixture.EffectsAsync($"key{key}"));
    }
}
