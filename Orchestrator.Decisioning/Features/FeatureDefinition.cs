namespace Orchestrator.Decisioning.Features;

/// <summary>
/// One feature, as data: the catalogue is a list of these, and the plan is compiled from it. A feature that cannot be known (no such key, no history
/// yet) is <see cref="Missing"/>.
/// </summary>
/// <param name="Name">Unique, lower case with underscores.</param>
/// <param name="Measure">What is measured.</param>
/// <param name="Key">Of which key's events; for <see cref="Measure.IsNew"/> and <see cref="Measure.KnownDays"/> the counterpart that the account met.</param>
/// <param name="Window">Over which time back from the event, the event itself included; for those measures that have one.</param>
/// <param name="Only">Which events of the window.</param>
/// <param name="Delayed">Whether the window ends before the event by the delay of labels: what lies closer is not labelled yet.</param>
public sealed record FeatureDefinition(
    string Name,
    Measure Measure,
    KeyKind Key = KeyKind.Account,
    TimeSpan Window = default,
    Only Only = Only.All,
    bool Delayed = false)
{
    /// <summary>The value that says that it is not known. All real values are larger, but for <see cref="Measure.AmountDeviations"/>, which starts at -100 and says 0.</summary>
    public const float Missing = -1;

    /// <summary>The longest window.</summary>
    public static readonly TimeSpan MaxWindow = TimeSpan.FromDays(90);

    /// <summary>Whether it has a window.</summary>
    public bool HasWindow => Measure is Measure.Count or Measure.Sum or Measure.Mean or Measure.Deviation or Measure.Share
        or Measure.AmountToMean or Measure.AmountDeviations or Measure.MeanToMedian
        or Measure.RunLength or Measure.RunAgeDays or Measure.RunStartAgeDays or Measure.LastAgeDays or Measure.SinceRun;
}

/// <summary>What a feature measures. The names are part of a schema's hash.</summary>
public enum Measure
{
    /// <summary>The amount, in major units.</summary>
    Amount,

    /// <summary>1 from midnight to before seven, UTC.</summary>
    Night,

    /// <summary>1 on Saturday and Sunday, UTC.</summary>
    Weekend,

    /// <summary>The hour of the day with its fraction, UTC.</summary>
    HourOfDay,

    /// <summary>How many events.</summary>
    Count,

    /// <summary>The sum of their amounts, major units.</summary>
    Sum,

    /// <summary>Their mean, major units.</summary>
    Mean,

    /// <summary>Their sample standard deviation, major units.</summary>
    Deviation,

    /// <summary>Those that <see cref="Only"/> picks, to all of the window.</summary>
    Share,

    /// <summary>The amount to the mean of the window's others.</summary>
    AmountToMean,

    /// <summary>How many standard deviations of the window's others the amount lies above their mean.</summary>
    AmountDeviations,

    /// <summary>The median of the key's last 64 amounts before the event, major units.</summary>
    Median,

    /// <summary>The amount to that median.</summary>
    AmountToMedian,

    /// <summary>The window's mean amount to that median.</summary>
    MeanToMedian,

    /// <summary>Seconds since the key's event before.</summary>
    SecondsSinceLast,

    /// <summary>Days since the account was opened, or since its first event where that is not known.</summary>
    AgeDays,

    /// <summary>1 when the account meets the key for the first time.</summary>
    IsNew,

    /// <summary>Days since the account first met the key.</summary>
    KnownDays,

    /// <summary>Kilometres per hour from the account's place before.</summary>
    Speed,

    /// <summary>Kilometres from the account's place before.</summary>
    Distance,

    /// <summary>How many of the newest labelled events were one fraud after the other; those that <see cref="Only"/> does not pick but are frauds are passed over.</summary>
    RunLength,

    /// <summary>Days since the first fraud of that run.</summary>
    RunAgeDays,

    /// <summary>Days since the last genuine event before that run: the run cannot have begun earlier.</summary>
    RunStartAgeDays,

    /// <summary>Days since the last fraud.</summary>
    LastAgeDays,

    /// <summary>Genuine events since that run.</summary>
    SinceRun,

    /// <summary>Supplied by the caller: the seam for what others observe, such as activity before the payment.</summary>
    Supplied,
}
