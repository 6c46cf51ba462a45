using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>A rule set as it is stored.</summary>
/// <param name="Summary">What is known of it.</param>
/// <param name="Content">What it says.</param>
/// <param name="Log">What was done with it, the first at the top.</param>
public sealed record StoredRuleSet(VersionSummary Summary, RuleSetContent Content, IReadOnlyList<VersionLogEntry> Log);
