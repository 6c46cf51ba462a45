namespace Orchestrator.Decisioning.Features;

/// <summary>
/// The catalogue, compiled: for each kind of key the windows it needs (each only once, however many features look at it), the sums that run in them,
/// and a list of steps that write the vector. Immutable; engines share it.
/// </summary>
public sealed class FeaturePlan
{
    readonly KeyPlan[] _keys;

    FeaturePlan(IReadOnlyList<FeatureDefinition> definitions, TimeSpan labelDelay)
    {
        LabelDelay = labelDelay;
        Schema = new FeatureSchema(definitions, labelDelay);
        _keys = [.. KeyKinds.All.Select(kind => new KeyPlanCompiler(definitions, kind, (long)labelDelay.TotalMilliseconds).Compile())];
        Moments = [.. Steps(definitions, IsMoment)];
        Supplied = [.. Steps(definitions, m => m == Measure.Supplied)];
    }

    /// <summary>What the numbers mean.</summary>
    public FeatureSchema Schema { get; }

    /// <summary>How old a transaction has to be before its label, or the lack of one, is believed.</summary>
    public TimeSpan LabelDelay { get; }

    internal VectorStep[] Moments { get; }

    internal VectorStep[] Supplied { get; }

    internal ReadOnlySpan<KeyPlan> Keys => _keys;

    /// <summary>The product's catalogue with labels that take a week.</summary>
    public static FeaturePlan Standard { get; } = Compile(FeatureCatalog.Standard, TimeSpan.FromDays(7));

    /// <summary>Compiles a catalogue.</summary>
    /// <exception cref="ArgumentException">A definition contradicts itself or another; the message names it.</exception>
    public static FeaturePlan Compile(IReadOnlyList<FeatureDefinition> definitions, TimeSpan labelDelay)
    {
        if (labelDelay < TimeSpan.FromMilliseconds(1) || labelDelay > FeatureDefinition.MaxWindow)
            throw new ArgumentException($"The delay of labels is from a millisecond to {FeatureDefinition.MaxWindow.TotalDays:N0} days", nameof(labelDelay));
        if (definitions.Count is 0 or > 1_000)
            throw new ArgumentException("A catalogue has from 1 to 1000 features", nameof(definitions));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            if (Problem(definition, names) is { } problem)
                throw new ArgumentException($"Feature {definition.Name}: {problem}", nameof(definitions));
        }
        return new FeaturePlan([.. definitions], labelDelay);
    }

    /// <summary>Whether what an engine of this schema remembers is what one of this plan remembers: what was added since is said or supplied with each event, and needs no memory.</summary>
    internal bool RemembersAs(string schema) =>
        Schema.LengthOf(schema) is > 0 and var length && Schema.Definitions.Skip(length).All(d => d.Measure == Measure.Supplied || IsMoment(d.Measure));

    internal static bool IsMoment(Measure measure) => measure is Measure.Amount or Measure.Night or Measure.Weekend or Measure.HourOfDay;

    static string? Problem(FeatureDefinition d, HashSet<string> names) =>
        d.Name.Length == 0 || d.Name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_') ? "its name is not of lower-case letters, digits and _"
        : !names.Add(d.Name) ? "there is another of this name"
        : !Enum.IsDefined(d.Measure) || !Enum.IsDefined(d.Key) || !Enum.IsDefined(d.Only) ? "its measure, key or filter does not exist"
        : d.HasWindow != (d.Window > TimeSpan.Zero) ? (d.HasWindow ? "it needs a window" : "it has no window")
        : d.Window > FeatureDefinition.MaxWindow ? $"its window is longer than {FeatureDefinition.MaxWindow.TotalDays:N0} days"
        : d.Only is Only.Fraud or Only.UnexplainedFraud && !d.Delayed ? "frauds are known late: it has to be delayed"
        : IsRun(d.Measure) && d.Only is not (Only.Fraud or Only.UnexplainedFraud) ? "a run is of frauds"
        : ComparesAmount(d.Measure) && (d.Delayed || d.Only != Only.All) ? "it compares the amount with all of the window up to now"
        : d.Measure is Measure.Median or Measure.AmountToMedian or Measure.MeanToMedian or Measure.Speed or Measure.Distance or Measure.AgeDays && d.Key != KeyKind.Account ? "only accounts have it"
        : d.Measure is Measure.IsNew or Measure.KnownDays && d.Key == KeyKind.Account ? "it needs a counterpart of the account"
        : null;

    static bool IsRun(Measure measure) =>
        measure is Measure.RunLength or Measure.RunAgeDays or Measure.RunStartAgeDays or Measure.LastAgeDays or Measure.SinceRun;

    static bool ComparesAmount(Measure measure) => measure is Measure.AmountToMean or Measure.AmountDeviations or Measure.MeanToMedian;

    static IEnumerable<VectorStep> Steps(IReadOnlyList<FeatureDefinition> definitions, Func<Measure, bool> which)
    {
        var place = 0;
        for (var i = 0; i < definitions.Count; i++)
        {
            if (which(definitions[i].Measure))
                yield return new VectorStep(definitions[i].Measure, i, place++, 0, 0, 0, default, default);
        }
    }
}
