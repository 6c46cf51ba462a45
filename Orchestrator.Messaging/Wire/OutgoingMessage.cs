using System.Text.Json;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Wire;

/// <summary>A message ready for the wire: serialized, with its topic and key.</summary>
/// <param name="Topic">The topic's actual name.</param>
/// <param name="Key">The Kafka key.</param>
/// <param name="Id">ce_id.</param>
/// <param name="Type">ce_type.</param>
/// <param name="Source">ce_source.</param>
/// <param name="Time">ce_time.</param>
/// <param name="TraceParent">W3C trace context, when there is one.</param>
/// <param name="Body">The JSON; bytes of another kind where <see cref="ContentType"/> says so.</param>
public sealed record OutgoingMessage(
    string Topic, string Key, Guid Id, string Type, string Source, DateTimeOffset Time, string? TraceParent, ReadOnlyMemory<byte> Body)
{
    /// <summary>The largest body that may be published, in bytes: what a broker with default settings takes, less room for headers.</summary>
    public const int MaxBodyBytes = 900_000;

    /// <summary>What the body is; null for JSON, which takes the format of its topic when it is published. What says something else is published as it is.</summary>
    public string? ContentType { get; init; }

    /// <summary>Serializes <paramref name="message"/> as <paramref name="contract"/> says.</summary>
    /// <exception cref="InvalidOperationException">The body is larger than <see cref="MaxBodyBytes"/>.</exception>
    public static OutgoingMessage Of(
        MessageContract contract, object message, Guid id, string source, DateTimeOffset time, string? traceParent = null)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(message, contract.Json);
        if (body.Length > MaxBodyBytes)
            throw new InvalidOperationException($"{contract.Name} of {body.Length} bytes is larger than {MaxBodyBytes}");
        return new OutgoingMessage(contract.Topic, contract.Key(message), id, contract.Name, source, time, traceParent, body);
    }
}
