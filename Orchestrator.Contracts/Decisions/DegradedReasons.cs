namespace Orchestrator.Contracts.Decisions;

/// <summary>The usual names of why a decision is degraded: it was made, by what was there. Readers must bear others.</summary>
public static class DegradedReasons
{
    /// <summary>What is known of an account, device or merchant could not be read.</summary>
    public const string FeaturesUnavailable = "features_unavailable";

    /// <summary>A model's score was to count, and there was none.</summary>
    public const string ModelUnavailable = "model_unavailable";

    /// <summary>The lists could not be read.</summary>
    public const string ListsUnavailable = "lists_unavailable";

    /// <summary>A rule could not be evaluated, and its default counted.</summary>
    public const string RuleFailed = "rule_failed";

    /// <summary>The time was up before all rules were evaluated.</summary>
    public const string DeadlinePassed = "deadline_passed";

    /// <summary>The database was away: what decided could not be looked after, nor be shown to be the only one that decides.</summary>
    public const string StoreUnavailable = "store_unavailable";
}
