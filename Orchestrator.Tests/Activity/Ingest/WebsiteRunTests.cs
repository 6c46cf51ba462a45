using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Website;
using Orchestrator.Tests.Api;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>The simulated website against the whole service, both ways.</summary>
[Collection(ApiCollection.Name)]
public sealed class WebsiteRunTests(ApiFixture api)
{
    static readonly WebsiteOptions Options = new()
    {
        Seed = 11, Run = "website-tests", Count = 200, Duplicates = 0.1, Reorder = 0.1, Origin = TimeProvider.System.GetUtcNow().AddMinutes(-5),
    };

    [Fact]
    public async Task Website_when_it_sends_over_http_has_every_event_taken()
    {
        var summary = await RunAsync(new HttpWebsiteSink(api.Http.BaseAddress!, "development", TimeProvider.System));

        Assert.Equal((200L, 0L), (summary.Events, summary.Failed));
        Assert.True(summary is { Duplicates: > 0, Late: > 0, Visits: > 1, Visitors: > 1 });
    }

    [Fact]
    public async Task Website_when_its_key_is_not_known_says_so()
    {
        var sink = new HttpWebsiteSink(api.Http.BaseAddress!, "nobody-has-this", TimeProvider.System);

        Assert.True((await RunAsync(sink)).Failed >= 200);
        Assert.Contains("write_key_unknown", sink.FirstError!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Website_when_it_publishes_to_kafka_has_every_event_acknowledged() =>
        Assert.Equal(0, (await RunAsync(new KafkaWebsiteSink(new TransactionPublisher(new Confluent.Kafka.ClientConfig { BootstrapServers = api.Kafka }, TimeProvider.System)))).Failed);

    async Task<WebsiteSummary> RunAsync(IWebsiteSink sink)
    {
        using var service = new ServiceClient(api.Access("website"));
        await using (sink)
            return await new WebsiteRun(Options, sink, service, TimeProvider.System).RunAsync(CancellationToken.None);
    }
}
