using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>What is known of a transaction.</summary>
[JsonConverter(typeof(NamedEnumConverter<Truth>))]
public enum Truth
{
    /// <summary>It was fraud.</summary>
    [JsonStringEnumMemberName("fraud")] Fraud,

    /// <summary>It was genuine.</summary>
    [JsonStringEnumMemberName("genuine")] Genuine,

    /// <summary>Nobody has said anything. That is not genuine.</summary>
    [JsonStringEnumMemberName("unlabelled")] Unlabelled,
}
