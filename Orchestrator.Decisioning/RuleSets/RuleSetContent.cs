using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>What a rule set says: who wrote it and whether it is in force stands elsewhere.</summary>
/// <param name="Thresholds">From which score on what is done.</param>
/// <param name="Rules">The rules, in the order in which they are looked at; at most 500.</param>
/// <param name="Combine">How their sum and a model's score become one score. Unless said, the larger counts, the model's by its own thresholds, and none is needed.</param>
/// <param name="Description">What it is for.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RuleSetContent(
    RuleSetThresholds Thresholds, IReadOnlyList<RuleDefinition> Rules, ScoreCombination? Combine = null, string? Description = null);

/// <summary>From which score on what is done.</summary>
/// <param name="Review">From here on a person looks; 1 to 1000.</param>
/// <param name="Decline">From here on it is declined; above <paramref name="Review"/>, to 1001 (never).</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RuleSetThresholds(int Review, int Decline);

/// <summary>How the sum of the rules and a model's score, both 0 to 1000, become one score.</summary>
/// <param name="Mode">How.</param>
/// <param name="ModelWeight">What the model's score is multiplied by, 0 to 10; of <c>weighted</c> its share, 0 to 1.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ScoreCombination(CombineMode Mode, double ModelWeight = 1);

/// <summary>How rules and model become one score.</summary>
[JsonConverter(typeof(NamedEnumConverter<CombineMode>))]
public enum CombineMode
{
    /// <summary>The rules alone.</summary>
    [JsonStringEnumMemberName("rules")] Rules,

    /// <summary>The larger of the two.</summary>
    [JsonStringEnumMemberName("max")] Max,

    /// <summary>Both together.</summary>
    [JsonStringEnumMemberName("sum")] Sum,

    /// <summary>The model's with its weight, the rules' with the rest.</summary>
    [JsonStringEnumMemberName("weighted")] Weighted,
}

/// <summary>A rule.</summary>
/// <param name="Name">Its stable name: lower-case letters, digits and <c>_</c>.</param>
/// <param name="When">The condition under which it counts.</param>
/// <param name="Score">What it then adds to the score, -1000 to 1000: a number, or an expression that gives one.</param>
/// <param name="Sentence">What it saw, for a case worker; values stand in braces.</param>
/// <param name="Outcome">What must happen at least, whatever the score.</param>
/// <param name="OnFailure">What counts when it cannot be evaluated, or not in time; nothing unless said.</param>
/// <param name="Enabled">Whether it is looked at.</param>
/// <param name="Description">Why there is such a rule.</param>
/// <param name="Tags">Words to find it by; at most 20.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RuleDefinition(
    string Name,
    string When,
    [property: JsonConverter(typeof(ScoreConverter))] string Score,
    string Sentence,
    RuleFloor Outcome = RuleFloor.None,
    RuleDefault? OnFailure = null,
    bool Enabled = true,
    string? Description = null,
    IReadOnlyList<string>? Tags = null);

/// <summary>What counts when a rule cannot be evaluated.</summary>
/// <param name="Score">What is added to the score, -1000 to 1000.</param>
/// <param name="Outcome">What must happen at least.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RuleDefault(int Score = 0, RuleFloor Outcome = RuleFloor.None);

/// <summary>What a rule demands beside its score. A decline wins over all, an approval over review and score.</summary>
[JsonConverter(typeof(NamedEnumConverter<RuleFloor>))]
public enum RuleFloor
{
    /// <summary>Nothing: the score decides.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>A person looks, or worse.</summary>
    [JsonStringEnumMemberName("review")] Review,

    /// <summary>It is declined.</summary>
    [JsonStringEnumMemberName("decline")] Decline,

    /// <summary>It is approved whatever the score, unless another rule demands a decline: for what is on a list of the allowed.</summary>
    [JsonStringEnumMemberName("approve")] Approve,
}
