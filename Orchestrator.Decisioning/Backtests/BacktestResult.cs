namespace Orchestrator.Decisioning.Backtests;

/// <summary>What rules and a model would have done with history.</summary>
/// <param name="From">Judged from this event time on, UTC.</param>
/// <param name="To">Judged before this event time, UTC.</param>
/// <param name="Versions">What decided.</param>
/// <param name="WarmUp">What only made history.</param>
/// <param name="Outcomes">How many were judged, by what was done with them and by what they were.</param>
/// <param name="AtReview">How well what is held or declined fits what was fraud.</param>
/// <param name="AtDecline">How well what is declined fits it.</param>
/// <param name="AveragePrecision">The mean precision over the frauds when the highest score comes first, equal scores taken together; null without frauds.</param>
/// <param name="Alerts">How many a person would have looked at or heard of.</param>
/// <param name="Money">What it comes to in money, by currency.</param>
/// <param name="Live">What differs from what was decided live; null when history does not say it.</param>
/// <param name="Rules">Each rule that matched or failed.</param>
/// <param name="Degraded">How many decisions were degraded, by the name of the reason.</param>
/// <param name="Labels">What is known of the transactions that were judged.</param>
/// <param name="Pace">How long it took.</param>
/// <param name="Notes">What else whoever reads this has to know, in sentences.</param>
public sealed record BacktestResult(
    DateTimeOffset From,
    DateTimeOffset To,
    BacktestVersions Versions,
    WarmUpReport WarmUp,
    OutcomeCounts Outcomes,
    ConfusionMatrix AtReview,
    ConfusionMatrix AtDecline,
    double? AveragePrecision,
    AlertVolume Alerts,
    IReadOnlyList<MoneyReport> Money,
    LiveDiff? Live,
    IReadOnlyList<RuleReport> Rules,
    IReadOnlyDictionary<string, long> Degraded,
    LabelReport Labels,
    BacktestPace Pace,
    IReadOnlyList<string> Notes);

/// <summary>What decided.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Model">The model; null when rules decided alone.</param>
/// <param name="Lists">The lists as they are now; null when none was looked into.</param>
/// <param name="FeatureSchema">What the features mean.</param>
public sealed record BacktestVersions(string Rules, string? Model, long? Lists, string FeatureSchema);

/// <summary>What only made history.</summary>
/// <param name="WantedFrom">From when on windows are whole: the longest one, the delay of labels and how late events may come before what is judged.</param>
/// <param name="From">The first transaction that was there, UTC; null when there was none.</param>
/// <param name="Transactions">How many.</param>
/// <param name="IsWhole">Whether history goes back as far as that.</param>
public sealed record WarmUpReport(DateTimeOffset WantedFrom, DateTimeOffset? From, long Transactions, bool IsWhole);

/// <summary>How many, by what was done with them.</summary>
/// <param name="Approve">Let through.</param>
/// <param name="Review">Held for a person.</param>
/// <param name="Decline">Declined.</param>
public sealed record OutcomeCounts(TruthCounts Approve, TruthCounts Review, TruthCounts Decline)
{
    /// <summary>All of them.</summary>
    public long Total => Approve.Total + Review.Total + Decline.Total;
}

/// <summary>How many, by what they were.</summary>
/// <param name="Fraud">Frauds.</param>
/// <param name="Genuine">Genuine ones.</param>
/// <param name="Unlabelled">Those of which nobody has said anything.</param>
public sealed record TruthCounts(long Fraud, long Genuine, long Unlabelled)
{
    /// <summary>All of them.</summary>
    public long Total => Fraud + Genuine + Unlabelled;
}

/// <summary>What is flagged, against what was fraud.</summary>
/// <param name="Flagged">Those that are, by what they were.</param>
/// <param name="Passed">Those that are not.</param>
public sealed record ConfusionMatrix(TruthCounts Flagged, TruthCounts Passed)
{
    /// <summary>Which share of what is flagged and labelled was fraud; null when there is none.</summary>
    public double? Precision => Share(Flagged.Fraud, Flagged.Fraud + Flagged.Genuine);

    /// <summary>Which share of the frauds is flagged; null when there is none.</summary>
    public double? Recall => Share(Flagged.Fraud, Flagged.Fraud + Passed.Fraud);

    /// <summary>Which share of the genuine ones is flagged; null when there is none.</summary>
    public double? FalsePositiveRate => Share(Flagged.Genuine, Flagged.Genuine + Passed.Genuine);

    static double? Share(long part, long whole) => whole == 0 ? null : (double)part / whole;
}

/// <summary>How many are held or declined: each raises an alert.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Days">Over how many days, with their fraction.</param>
/// <param name="PerDay">How many a day.</param>
/// <param name="BusiestDay">The day, UTC, with the most; null when there is none.</param>
/// <param name="OnBusiestDay">How many that day had.</param>
public sealed record AlertVolume(long Total, double Days, double PerDay, DateOnly? BusiestDay, long OnBusiestDay);

/// <summary>What it comes to in one currency, minor units; a sum that 64 bits do not hold is the most that they do.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="FraudDeclined">Frauds that are declined.</param>
/// <param name="FraudHeld">Frauds that are held, and a person stops.</param>
/// <param name="FraudMissed">Frauds that are let through.</param>
/// <param name="GenuineDeclined">Genuine payments that are declined.</param>
/// <param name="GenuineHeld">Genuine payments that are held.</param>
/// <param name="Reviews">How many payments a person looks at.</param>
/// <param name="ReviewCost">What these looks cost.</param>
/// <param name="Saved">What is stopped, less what the looks cost.</param>
public sealed record MoneyReport(
    string Currency, long FraudDeclined, long FraudHeld, long FraudMissed, long GenuineDeclined, long GenuineHeld, long Reviews, long ReviewCost, long Saved)
{
    /// <summary>Frauds that are stopped.</summary>
    public long FraudStopped => MoneyTally.Minor((Int128)FraudDeclined + FraudHeld);
}

/// <summary>What one rule did.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Matched">How many it matched, by what they were.</param>
/// <param name="Failed">How many times it could not be evaluated.</param>
/// <param name="Contribution">What it added to scores, all together.</param>
/// <param name="Flagged">Of those that it matched, how many were held or declined.</param>
public sealed record RuleReport(string Rule, TruthCounts Matched, long Failed, long Contribution, long Flagged)
{
    /// <summary>Which share of what it matched and is labelled was fraud; null when there is none.</summary>
    public double? Precision => Matched.Fraud + Matched.Genuine == 0 ? null : (double)Matched.Fraud / (Matched.Fraud + Matched.Genuine);
}

/// <summary>What is known of the transactions that were judged.</summary>
/// <param name="AsOf">As of when.</param>
/// <param name="AssumedGenuine">How many had no label and count as genuine, because that was asked for and they are older than the delay of labels.</param>
/// <param name="Told">How many labels features heard of, each when it was known and not before.</param>
public sealed record LabelReport(DateTimeOffset AsOf, long AssumedGenuine, long Told);

/// <summary>How long it took.</summary>
/// <param name="Seconds">From the first transaction to the last.</param>
/// <param name="Transactions">How many, those of the warm-up included.</param>
/// <param name="PerSecond">How many a second.</param>
public sealed record BacktestPace(double Seconds, long Transactions, double PerSecond);
