using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Replay;

/// <summary>What a range can be replayed into. Neither is read by anything that is live.</summary>
[JsonConverter(typeof(NamedEnumConverter<ReplayTargetKind>))]
public enum ReplayTargetKind
{
    /// <summary>Copied into a topic of its own, for any consumer.</summary>
    [JsonStringEnumMemberName("topic")] Topic,

    /// <summary>Folded into tables of its own, by the code of a projection.</summary>
    [JsonStringEnumMemberName("projection")] Projection,
}

/// <summary>Where a replay stands.</summary>
[JsonConverter(typeof(NamedEnumConverter<ReplayState>))]
public enum ReplayState
{
    /// <summary>It waits for a process.</summary>
    [JsonStringEnumMemberName("queued")] Queued,

    /// <summary>A process works on it.</summary>
    [JsonStringEnumMemberName("running")] Running,

    /// <summary>Somebody has paused it; it goes on where it was.</summary>
    [JsonStringEnumMemberName("paused")] Paused,

    /// <summary>All of it is there.</summary>
    [JsonStringEnumMemberName("done")] Done,

    /// <summary>It cannot be done.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Somebody has cancelled it; what it had made until then stays for its time.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}
