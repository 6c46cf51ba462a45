using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Training;

/// <summary>
/// Which features a model is given to learn from. Fewer than there are: with some hundred frauds a week, what never helps is learnt as if it did. What does
/// not vary in the rows (devices where none are known) is left out by itself.
/// </summary>
public static class ModelInputs
{
    /// <summary>For card payments and transfers.</summary>
    public static IReadOnlyList<string> Standard { get; } =
    [
        "amount",
        "amount_to_median",
        "amount_deviations_30d",
        "account_median",
        "account_high_7d",
        "account_very_high_1d",
        "account_very_high_7d",
        "account_very_high_14d",
        "account_mean_7d_to_median",
        "terminal_unexplained_frauds_7d",
        "terminal_unexplained_frauds_30d",
        "terminal_run_length",
        "terminal_run_age_days",
        "terminal_run_start_age_days",
        "terminal_last_fraud_age_days",
        "terminal_genuine_since_run",
        "merchant_fraud_share_30d",
        "device_is_new",
        "device_frauds_30d",
        "ip_count_1h",
        "ip_frauds_30d",
        "speed_kmh",
    ];

    /// <summary>Every feature of a schema.</summary>
    public static IReadOnlyList<string> All(FeatureSchema schema) => schema.Names;
}
