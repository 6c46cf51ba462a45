using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Messaging.Telemetry;

/// <summary>The few of librdkafka's many statistics that are shown: of a client, and of its connections to brokers.</summary>
/// <param name="Queued">Messages in the client, under way or waiting to be sent.</param>
/// <param name="Brokers">Its connections to the brokers of the cluster, <see cref="MostBrokers"/> at most; not those for bootstrapping or to coordinators.</param>
internal sealed record ClientStatistics(long Queued, IReadOnlyList<BrokerStatistics> Brokers)
{
    /// <summary>The longest text that is read, in characters: beyond it the cluster has more than a process can use.</summary>
    public const int MostCharacters = 8 << 20;

    /// <summary>The most brokers that are shown: each is a label.</summary>
    public const int MostBrokers = 100;

    const double Microseconds = 1e6;

    /// <summary>Reads them; null when they are too long or not what they should be.</summary>
    public static ClientStatistics? Read(string json)
    {
        if (json.Length > MostCharacters)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var brokers = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("brokers", out var all) && all.ValueKind == JsonValueKind.Object
                ? all.EnumerateObject().Select(b => b.Value).Where(b => Number(b, "nodeid") >= 0).Take(MostBrokers).Select(ReadBroker).ToArray()
                : [];
            return new ClientStatistics(Count(root, "msg_cnt"), brokers);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static BrokerStatistics ReadBroker(JsonElement broker) => new(
        Number(broker, "nodeid").ToString(CultureInfo.InvariantCulture),
        broker.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.String && state.ValueEquals("UP"),
        broker.TryGetProperty("rtt", out var rtt) && rtt.ValueKind == JsonValueKind.Object
            ? new RoundTrip(Seconds(rtt, "avg"), Seconds(rtt, "p50"), Seconds(rtt, "p99"), Seconds(rtt, "max"))
            : default,
        Count(broker, "txerrs"), Count(broker, "rxerrs"), Count(broker, "req_timeouts"));

    static long Count(JsonElement of, string name) => Math.Max(0, Number(of, name));

    static double Seconds(JsonElement window, string name) => Count(window, name) / Microseconds;

    static long Number(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : -1;
}

/// <summary>A connection to a broker.</summary>
/// <param name="Id">The broker's number in the cluster.</param>
/// <param name="IsUp">Whether it is connected.</param>
/// <param name="RoundTrip">How long requests took in the last interval.</param>
/// <param name="SendErrors">Requests that could not be sent, since the client began.</param>
/// <param name="ReceiveErrors">Answers that could not be read, since the client began.</param>
/// <param name="Timeouts">Requests that were not answered in time, since the client began.</param>
internal sealed record BrokerStatistics(string Id, bool IsUp, RoundTrip RoundTrip, long SendErrors, long ReceiveErrors, long Timeouts);

/// <summary>How long requests took, in seconds.</summary>
internal readonly record struct RoundTrip(double Average, double P50, double P99, double Longest);
