using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Streams;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Streams;

/// <summary>A rolling upgrade that goes wrong half-way: lanes of a newer version come to an older process.</summary>
public sealed class OtherVersionTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Lane_when_a_newer_version_has_run_it_is_left_by_an_older_process_and_goes_on_in_the_next_newer_one()
    {
        await using var fixture = await StreamFixture.CreateAsync(infrastructure, embedded: true);
        var newer = await fixture.StartServiceAsync(change: g => Of(g, 2));
        Send(0);
        await fixture.AnswersAsync(40);
        await fixture.StopServiceAsync(newer);

        var older = await fixture.StartServiceAsync(change: g => Of(g, 1));
        Send(40);
        await Eventually.HoldsAsync(
            "the older one has left all lanes",
            async () => Status(older) is { LanesOwned: 0, LastError: not null } && await fixture.ScalarAsync<long>("select count(*) from messaging.lane where owner is not null") == 0);

        Assert.Equal(0, Status(older).LanesHalted);
        Assert.Contains("snapshot_of_other_version", Status(older).LastError, StringComparison.Ordinal);
        // Nothing was decided without what the newer one had remembered.
        Assert.Equal(40, (await fixture.AnswersAsync(40)).Count);
        // Its share comes to the next newer one at once though the older one is there, and the rest with its end.
        var next = await fixture.StartServiceAsync(change: g => Of(g, 2));
        await Eventually.HoldsAsync("the newer one has its share", () => Status(next).LanesOwned >= StreamFixture.Partitions / 2);
        await fixture.StopServiceAsync(older);
        StreamFixture.AssertChained(await fixture.AnswersAsync(80));

        void Send(int from)
        {
            for (var n = from; n < from + 40; n++)
                fixture.Send(n, $"account{n % 40}");
            fixture.Producer.Flush(Eventually.Bound);
        }
    }

    static GroupStatus Status(IHost host) => host.Services.GetRequiredService<StreamHost>().Status().Single();

    static StreamGroup Of(StreamGroup group, byte version) => new()
    {
        Name = group.Name, Topics = group.Topics, OutputTopic = group.OutputTopic, SnapshotInterval = group.SnapshotInterval,
        CreateProcessor = lane => new VersionedProcessor(group.CreateProcessor(lane), version),
    };
}
