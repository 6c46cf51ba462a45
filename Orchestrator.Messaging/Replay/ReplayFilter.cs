using System.Text;
using Confluent.Kafka;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Replay;

/// <summary>Which messages of a range are taken: those that all of these allow. What is null allows everything.</summary>
/// <param name="Types">The types, as header <c>ce_type</c> names them.</param>
/// <param name="Keys">The keys, as UTF-8.</param>
/// <param name="Headers">Headers that must be there, by name with the value; of several with one name the last counts.</param>
public sealed record ReplayFilter(
    IReadOnlyList<string>? Types = null, IReadOnlyList<string>? Keys = null, IReadOnlyDictionary<string, string>? Headers = null)
{
    /// <summary>Takes everything.</summary>
    public static ReplayFilter All { get; } = new();

    /// <summary>Whether a message is taken.</summary>
    public bool Takes(Message<byte[], byte[]> message) =>
        (Types is null || (KafkaWire.Text(message.Headers, CloudEventHeaders.Type) is { } type && Types.Contains(type, StringComparer.Ordinal)))
        && (Keys is null || (message.Key is { } key && Keys.Contains(Encoding.UTF8.GetString(key), StringComparer.Ordinal)))
        && (Headers is null || Headers.All(h => string.Equals(KafkaWire.Text(message.Headers, h.Key), h.Value, StringComparison.Ordinal)));
}
