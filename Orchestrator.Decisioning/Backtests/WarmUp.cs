using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>
/// How long history has to run before what it makes can be judged: the longest window, the delay of labels, and how late events may come. What features remember without a
/// window (how long an account is known) may reach further back.
/// </summary>
static class WarmUp
{
    /// <summary>How long that is.</summary>
    public static TimeSpan Of(FeaturePlan plan, FeatureEngineOptions options) => Longest(plan) + plan.LabelDelay + options.Lateness;

    /// <summary>How old a transaction may become before no window sees it any more.</summary>
    public static TimeSpan Reach(FeaturePlan plan) => Longest(plan) + plan.LabelDelay;

    static TimeSpan Longest(FeaturePlan plan) => plan.Schema.Definitions.Max(d => d.Window);
}
