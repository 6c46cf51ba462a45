using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>Why a rule was not evaluated.</summary>
[JsonConverter(typeof(NamedEnumConverter<RuleFailure>))]
public enum RuleFailure
{
    /// <summary>It was.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>It needs what could not be read, or its score came to nothing.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>The time was up before its turn.</summary>
    [JsonStringEnumMemberName("late")] Late,
}

/// <summary>What the rules came to together.</summary>
/// <param name="RulesScore">The sum of the contributions, 0 to 1000.</param>
/// <param name="Score">With the model's, 0 to 1000.</param>
/// <param name="Outcome">What to do.</param>
/// <param name="Matched">How many rules matched.</param>
/// <param name="Failed">How many could not be evaluated.</param>
/// <param name="Late">How many were not evaluated in time.</param>
/// <param name="ModelMissing">Whether a model's score was to count and there was none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RuleSetTotals(int RulesScore, int Score, FraudOutcome Outcome, int Matched, int Failed, int Late, bool ModelMissing)
{
    /// <summary>Whether something that should have counted did not: the decision says so.</summary>
    public bool Degraded => Failed > 0 || Late > 0 || ModelMissing;
}

/// <summary>What one rule came to.</summary>
/// <param name="Name">The rule.</param>
/// <param name="Matched">Whether its condition held.</param>
/// <param name="Contribution">What it added to the score; its default when it failed.</param>
/// <param name="Outcome">What it demands beside.</param>
/// <param name="Failure">Whether its default counted, and why.</param>
/// <param name="Sentence">What it saw, for people, when it matched or failed.</param>
/// <param name="Trace">Each part of its condition, and of its score when it matched, with its value; where asked for.</param>
public sealed record RuleResult(
    string Name, bool Matched, int Contribution, RuleFloor Outcome, RuleFailure Failure, string? Sentence, IReadOnlyList<TraceStep>? Trace = null);

/// <summary>What a rule set came to, rule by rule.</summary>
/// <param name="Version">The rule set's name and the beginning of its hash.</param>
/// <param name="Totals">All together.</param>
/// <param name="Rules">Each rule.</param>
public sealed record RuleSetResult(string Version, RuleSetTotals Totals, IReadOnlyList<RuleResult> Rules);
