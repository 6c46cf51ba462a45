using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning;

/// <summary>
/// What the rules go by; section <c>Decisioning</c>. Amounts are in major units (euros, not cents), so that one number serves currencies of
/// any number of decimal digits. Validated at start.
/// </summary>
public sealed class DecisioningOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Decisioning";

    /// <summary>From this score on a person looks; 1 to 1000.</summary>
    [Range(1, 1000)]
    public int ReviewScore { get; init; } = 500;

    /// <summary>From this score on the transaction is declined; above <see cref="ReviewScore"/>, to 1001 (never).</summary>
    [Range(2, 1001)]
    public int DeclineScore { get; init; } = 900;

    /// <summary>How many amounts in a currency make a history to compare with.</summary>
    [Range(2, 10_000)]
    public int HistoryCount { get; init; } = 10;

    /// <summary>From how many standard deviations above the account's mean an amount is suspicious.</summary>
    [Range(1.0, 100.0)]
    public double SuspiciousDeviations { get; init; } = 3;

    /// <summary>How many standard deviations above the mean decide alone.</summary>
    [Range(2.0, 1000.0)]
    public double ExtremeDeviations { get; init; } = 12;

    /// <summary>Amounts below this are not compared with the history, major units.</summary>
    [Range(0, 1_000_000_000)]
    public long SmallAmountMajor { get; init; } = 20;

    /// <summary>From this amount on a payment without a history is suspicious, major units.</summary>
    [Range(1, 1_000_000_000)]
    public long LargeFirstAmountMajor { get; init; } = 10_000;

    /// <summary>Above how many transactions an hour the rate is suspicious; it is counted up to 128.</summary>
    [Range(1, 1_000_000)]
    public int VelocityPerHour { get; init; } = 60;

    /// <summary>How many accounts' histories a lane keeps in memory (about 0.5 KiB each).</summary>
    [Range(100, 10_000_000)]
    public int HistoriesPerLane { get; init; } = 20_000;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (DeclineScore <= ReviewScore)
            yield return new ValidationResult("DeclineScore must be above ReviewScore", [nameof(DeclineScore)]);
        if (ExtremeDeviations <= SuspiciousDeviations)
            yield return new ValidationResult("ExtremeDeviations must be above SuspiciousDeviations", [nameof(ExtremeDeviations)]);
    }
}
