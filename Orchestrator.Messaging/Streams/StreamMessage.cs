using System.Runtime.InteropServices;
using System.Text;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Streams;

/// <summary>A message as a stream lane takes it: read, validated and identified.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StreamMessage
{
    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Its offset.</summary>
    public required long Offset { get; init; }

    /// <summary>The Kafka key. What shares a key is taken in order.</summary>
    public required string Key { get; init; }

    /// <summary>Its identity: ce_id where that is a UUID, else derived from it.</summary>
    public required Guid Id { get; init; }

    /// <summary>How it travels.</summary>
    public required MessageContract Contract { get; init; }

    /// <summary>The message itself.</summary>
    public required object Body { get; init; }

    /// <summary>The broker's time; of an asked message when it was asked.</summary>
    public required DateTimeOffset BrokerTime { get; init; }

    /// <summary>
    /// Whether a caller in this process asks it and waits for the answer (<see cref="StreamHost.AskAsync"/>): it stands on no topic, so its answer must carry all that
    /// <see cref="StreamProcessor.ReplayAsked"/> needs. Its offset is -1.
    /// </summary>
    public bool IsAsked { get; init; }

    internal byte[]? TimeHeader { get; init; }

    internal byte[]? TraceParentHeader { get; init; }

    internal byte[] KeyBytes { get; init; }

    /// <summary>When it came about (ce_time), UTC; the broker's time when the publisher gave none.</summary>
    public DateTimeOffset Time =>
        (TimeHeader is null ? null : LaneMessageReader.Time(Encoding.UTF8.GetString(TimeHeader))) ?? BrokerTime;

    /// <summary>W3C trace context of the publisher, when there is one.</summary>
    public string? TraceParent => TraceParentHeader is null ? null : Encoding.UTF8.GetString(TraceParentHeader);

    /// <summary>One that was read as lanes with units of work read theirs.</summary>
    /// <param name="read">Without a fault.</param>
    /// <param name="key">The key's bytes.</param>
    internal static StreamMessage Of(LaneMessage read, byte[] key) => new()
    {
        Topic = read.Origin.Topic,
        Offset = read.Origin.Offset,
        Key = read.Key,
        KeyBytes = key,
        Id = read.Id,
        Contract = read.Contract!,
        Body = read.Body!,
        BrokerTime = read.Time,
        TraceParentHeader = read.TraceParent is null ? null : Encoding.ASCII.GetBytes(read.TraceParent),
    };
}

/// <summary>An answer that was published.</summary>
/// <param name="Id">Its ce_id.</param>
/// <param name="Body">The JSON as it was published.</param>
/// <param name="Time">When it was given (ce_time), UTC.</param>
/// <param name="Offset">Where on the output topic.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StreamAnswer(Guid Id, ReadOnlyMemory<byte> Body, DateTimeOffset Time, long Offset);
