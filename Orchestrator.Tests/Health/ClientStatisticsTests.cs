using System.Globalization;
using Orchestrator.Messaging.Telemetry;

namespace Orchestrator.Tests.Health;

public sealed class ClientStatisticsTests
{
    [Fact]
    public void Statistics_when_librdkafka_tells_them_hold_brokers_and_their_round_trips()
    {
        var read = ClientStatistics.Read(
            """
            { "name": "rdkafka#producer-1", "msg_cnt": 12, "brokers": {
                "b1:9092/1": { "nodeid": 1, "state": "UP", "txerrs": 2, "rxerrs": 0, "req_timeouts": 3, "rtt": { "avg": 1500, "p50": 1000, "p99": 9000, "max": 12000, "cnt": 4 } },
                "b2:9092/2": { "nodeid": 2, "state": "DOWN", "txerrs": 0 },
                "b0:9092/bootstrap": { "nodeid": -1, "state": "UP" } } }
            """)!;

        Assert.Equal(12, read.Queued);
        Assert.Equal(["1", "2"], read.Brokers.Select(b => b.Id));
        Assert.Equal(new BrokerStatistics("1", true, new RoundTrip(0.0015, 0.001, 0.009, 0.012), 2, 0, 3), read.Brokers[0]);
        Assert.Equal(new BrokerStatistics("2", false, default, 0, 0, 0), read.Brokers[1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nonsense")]
    public void Statistics_when_they_are_no_JSON_are_left_out(string text) => Assert.Null(ClientStatistics.Read(text));

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{ "brokers": [1], "msg_cnt": "many" }""")]
    [InlineData("""{ "brokers": { "x": 5, "y": { "nodeid": 1e40 }, "z": null } }""")]
    public void Statistics_when_they_are_another_JSON_hold_nothing(string text)
    {
        var read = ClientStatistics.Read(text)!;
        Assert.Equal(0, read.Queued);
        Assert.Empty(read.Brokers);
    }

    [Fact]
    public void Statistics_when_a_cluster_is_huge_are_bounded()
    {
        var brokers = string.Join(',', Enumerable.Range(0, 500).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""
            "b{{i}}": { "nodeid": {{i}} }
            """)));

        Assert.Equal(ClientStatistics.MostBrokers, ClientStatistics.Read($$"""{ "brokers": { {{brokers}} } }""")!.Brokers.Count);
        Assert.Null(ClientStatistics.Read(new string(' ', ClientStatistics.MostCharacters + 1)));
    }
}
