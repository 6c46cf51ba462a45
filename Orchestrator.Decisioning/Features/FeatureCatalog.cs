using static Orchestrator.Decisioning.Features.KeyKind;
using static Orchestrator.Decisioning.Features.Measure;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Every feature, in the order of the vector. To add one, add a line at the end: the engine needs no change. Its schema gets another hash, by which models and decisions of
/// the shorter one are still understood (<see cref="FeatureSchema.LengthOf"/>). A line that is changed, moved or taken out makes another schema, which those do not fit.
/// </summary>
public static class FeatureCatalog
{
    static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);
    static readonly TimeSpan Week = TimeSpan.FromDays(7);
    static readonly TimeSpan Fortnight = TimeSpan.FromDays(14);
    static readonly TimeSpan Month = TimeSpan.FromDays(30);

    /// <summary>The catalogue that the product decides by.</summary>
    public static IReadOnlyList<FeatureDefinition> Standard { get; } =
    [
        new("amount", Amount),
        new("night", Night),
        new("weekend", Weekend),
        new("hour_of_day", HourOfDay),

        new("account_count_10m", Count, Account, TenMinutes),
        new("account_count_1h", Count, Account, Hour),
        new("account_count_1d", Count, Account, Day),
        new("account_count_7d", Count, Account, Week),
        new("account_count_30d", Count, Account, Month),
        new("account_sum_1h", Sum, Account, Hour),
        new("account_sum_1d", Sum, Account, Day),
        new("account_sum_7d", Sum, Account, Week),
        new("account_mean_1d", Mean, Account, Day),
        new("account_mean_7d", Mean, Account, Week),
        new("account_mean_30d", Mean, Account, Month),
        new("account_deviation_30d", Deviation, Account, Month),
        new("amount_to_mean_30d", AmountToMean, Account, Month),
        new("amount_deviations_30d", AmountDeviations, Account, Month),
        new("account_median", Median),
        new("amount_to_median", AmountToMedian),
        new("account_mean_1d_to_median", MeanToMedian, Account, Day),
        new("account_mean_7d_to_median", MeanToMedian, Account, Week),
        new("account_high_1d", Count, Account, Day, Only.High),
        new("account_high_7d", Count, Account, Week, Only.High),
        new("account_high_14d", Count, Account, Fortnight, Only.High),
        new("account_very_high_1d", Count, Account, Day, Only.VeryHigh),
        new("account_very_high_7d", Count, Account, Week, Only.VeryHigh),
        new("account_very_high_14d", Count, Account, Fortnight, Only.VeryHigh),
        new("account_seconds_since_last", SecondsSinceLast),
        new("account_age_days", AgeDays),
        new("account_frauds_30d", Count, Account, Month, Only.Fraud, Delayed: true),
        new("speed_kmh", Speed),
        new("distance_km", Distance),

        new("destination_is_new", IsNew, Destination),
        new("destination_known_days", KnownDays, Destination),
        new("destination_count_1h", Count, Destination, Hour),
        new("destination_count_1d", Count, Destination, Day),
        new("destination_count_7d", Count, Destination, Week),
        new("destination_sum_1d", Sum, Destination, Day),
        new("destination_frauds_30d", Count, Destination, Month, Only.Fraud, Delayed: true),

        new("terminal_is_new", IsNew, Terminal),
        new("terminal_known_days", KnownDays, Terminal),
        new("terminal_count_1d", Count, Terminal, Day),
        new("terminal_count_7d", Count, Terminal, Week),
        new("terminal_count_30d", Count, Terminal, Month),
        new("terminal_mean_7d", Mean, Terminal, Week),
        new("terminal_high_1d", Count, Terminal, Day, Only.High),
        new("terminal_labelled_1d", Count, Terminal, Day, Delayed: true),
        new("terminal_labelled_7d", Count, Terminal, Week, Delayed: true),
        new("terminal_labelled_30d", Count, Terminal, Month, Delayed: true),
        new("terminal_fraud_share_1d", Share, Terminal, Day, Only.Fraud, Delayed: true),
        new("terminal_fraud_share_7d", Share, Terminal, Week, Only.Fraud, Delayed: true),
        new("terminal_fraud_share_30d", Share, Terminal, Month, Only.Fraud, Delayed: true),
        new("terminal_frauds_7d", Count, Terminal, Week, Only.Fraud, Delayed: true),
        new("terminal_unexplained_frauds_7d", Count, Terminal, Week, Only.UnexplainedFraud, Delayed: true),
        new("terminal_unexplained_frauds_30d", Count, Terminal, Month, Only.UnexplainedFraud, Delayed: true),
        new("terminal_run_length", RunLength, Terminal, Month, Only.UnexplainedFraud, Delayed: true),
        new("terminal_run_age_days", RunAgeDays, Terminal, Month, Only.UnexplainedFraud, Delayed: true),
        new("terminal_run_start_age_days", RunStartAgeDays, Terminal, Month, Only.UnexplainedFraud, Delayed: true),
        new("terminal_last_fraud_age_days", LastAgeDays, Terminal, Month, Only.UnexplainedFraud, Delayed: true),
        new("terminal_genuine_since_run", SinceRun, Terminal, Month, Only.UnexplainedFraud, Delayed: true),

        new("merchant_count_1h", Count, Merchant, Hour),
        new("merchant_count_1d", Count, Merchant, Day),
        new("merchant_fraud_share_30d", Share, Merchant, Month, Only.Fraud, Delayed: true),

        new("device_is_new", IsNew, Device),
        new("device_known_days", KnownDays, Device),
        new("device_count_1h", Count, Device, Hour),
        new("device_count_1d", Count, Device, Day),
        new("device_frauds_30d", Count, Device, Month, Only.Fraud, Delayed: true),

        new("ip_count_10m", Count, Ip, TenMinutes),
        new("ip_count_1h", Count, Ip, Hour),
        new("ip_count_1d", Count, Ip, Day),
        new("ip_frauds_30d", Count, Ip, Month, Only.Fraud, Delayed: true),

        // Nobody supplies it: it keeps the place of those behind it.
        new("activity_events_1h", Supplied),
        new(ActivityFeatureNames.SecondsSinceLogin, Supplied),
        new(ActivityFeatureNames.PagesInSession, Supplied),
        new(ActivityFeatureNames.NewDevice, Supplied),
        new(ActivityFeatureNames.SessionsInHour, Supplied),
    ];
}
