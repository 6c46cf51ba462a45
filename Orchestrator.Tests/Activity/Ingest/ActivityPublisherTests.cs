using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Activity.Ingest;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>A broker that is away.</summary>
public sealed class ActivityPublisherTests
{
    [Fact]
    public async Task Events_when_the_broker_is_away_wait_for_so_long_and_so_many_and_no_more()
    {
        var options = new IngestOptions { AcknowledgeWithinMs = 100, MaxUnderWay = 500 };
        using var publisher = new ActivityPublisher(
            new OptionsWrapper<IngestOptions>(options), new KafkaOptions { Client = { ["bootstrap.servers"] = "127.0.0.1:1" } }, MessageCatalog.Contracts, TimeProvider.System,
            NullLogger<KafkaProducer>.Instance);

        Assert.Equal(Publishing.Acknowledged, await publisher.PublishAsync([], CancellationToken.None));
        Assert.Equal(Publishing.NotAcknowledged, await publisher.PublishAsync(Events(400), CancellationToken.None));
        Assert.Equal(Publishing.TooManyUnderWay, await publisher.PublishAsync(Events(101), CancellationToken.None));
        Assert.Equal(Publishing.NotAcknowledged, await publisher.PublishAsync(Events(100), CancellationToken.None));
    }

    static List<ActivityRecorded> Events(int count) =>
        [.. Enumerable.Range(1, count).Select(n => new ActivityRecorded(new Guid(n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), ActivityType.Click, "v1", DateTimeOffset.UnixEpoch))];
}
