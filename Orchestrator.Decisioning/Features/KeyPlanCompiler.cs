namespace Orchestrator.Decisioning.Features;

/// <summary>Compiles what one kind of key has to do.</summary>
sealed class KeyPlanCompiler(IReadOnlyList<FeatureDefinition> definitions, KeyKind kind, long labelDelayMs)
{
    readonly SortedDictionary<(long Lag, long Window), Dictionary<(Only Only, bool IsDeclined), (bool Sums, bool Squares)>> _windows = [];
    readonly Dictionary<(long Lag, long Window, Only Only, bool IsDeclined), int> _at = [];
    readonly Dictionary<(long Lag, long Window), int> _marks = [];

    public KeyPlan Compile()
    {
        var own = definitions.Index().Where(d => BelongsHere(d.Item)).ToList();
        foreach (var (_, definition) in own.Where(d => d.Item.HasWindow))
            Need(definition);
        var windows = LayOut(out var length);
        var counterparts = own.Where(d => IsCounterpart(d.Item.Measure)).Select(d => d.Item.Key).Distinct().Order().ToArray();
        return new KeyPlan
        {
            Kind = kind,
            Windows = windows,
            RunningLength = length,
            SpanMs = windows.Length == 0 ? 0 : windows.Max(w => w.LagMs + w.WindowMs),
            Median = kind == KeyKind.Account && definitions.Any(d => NeedsMedian(d)),
            Counterparts = counterparts,
            Places = own.Any(d => d.Item.Measure is Measure.Speed or Measure.Distance),
            Steps = [.. own.Select(d => Step(d.Item, d.Index, counterparts))],
        };
    }

    // What an account met is remembered with the account, whatever the counterpart is.
    bool BelongsHere(FeatureDefinition definition) =>
        definition.Measure != Measure.Supplied && !FeaturePlan.IsMoment(definition.Measure)
        && (IsCounterpart(definition.Measure) ? kind == KeyKind.Account : definition.Key == kind);

    static bool IsCounterpart(Measure measure) => measure is Measure.IsNew or Measure.KnownDays;

    static bool NeedsMedian(FeatureDefinition d) =>
        d.Measure is Measure.Median or Measure.AmountToMedian or Measure.MeanToMedian || d.Only is Only.High or Only.VeryHigh or Only.UnexplainedFraud;

    (long Lag, long Window) WindowOf(FeatureDefinition d) => (d.Delayed ? labelDelayMs : 0, (long)d.Window.TotalMilliseconds);

    void Need(FeatureDefinition d)
    {
        var window = WindowOf(d);
        if (!_windows.TryGetValue(window, out var tallies))
            _windows.Add(window, tallies = []);
        var squares = d.Measure is Measure.Deviation or Measure.AmountDeviations;
        var sums = squares || d.Measure is Measure.Sum or Measure.Mean or Measure.AmountToMean or Measure.MeanToMedian;
        Add(d.Only, isDeclined: false);
        if (Learns(d))
            Add(d.Only, isDeclined: true);
        if (d.Measure == Measure.Share)
            tallies.TryAdd((Only.All, false), default);

        void Add(Only only, bool isDeclined)
        {
            var before = tallies.GetValueOrDefault((only, isDeclined));
            tallies[(only, isDeclined)] = (before.Sums || sums, before.Squares || squares);
        }
    }

    // Nobody teaches an account large amounts by being refused. What was declined is summed apart, for it is rare, and taken out of what is read: all that
    // is usual is then summed once, as if nothing were ever declined. Other keys have many payers and learn from all that is tried.
    bool Learns(FeatureDefinition d) =>
        kind == KeyKind.Account
        && d.Measure is Measure.Mean or Measure.Deviation or Measure.AmountToMean or Measure.AmountDeviations or Measure.MeanToMedian;

    WindowPlan[] LayOut(out int length)
    {
        var windows = new List<WindowPlan>();
        var next = 0;
        foreach (var (window, needed) in _windows)
        {
            var mark = next;
            _marks.Add(window, mark);
            next += 2;
            var tallies = Tallies(window, needed, isDeclined: false, ref next);
            windows.Add(new WindowPlan { WindowMs = window.Window, LagMs = window.Lag, Mark = mark, Tallies = tallies });
        }
        // Behind all the others: a key of which nothing was declined never looks there.
        foreach (var ((window, needed), plan) in _windows.Zip(windows))
            plan.Declined = Tallies(window, needed, isDeclined: true, ref next);
        length = next;
        return [.. windows];
    }

    Tally[] Tallies(
        (long Lag, long Window) window, Dictionary<(Only Only, bool IsDeclined), (bool Sums, bool Squares)> needed, bool isDeclined, ref int next)
    {
        var tallies = new List<Tally>();
        foreach (var ((only, _), (sums, squares)) in needed.Where(n => n.Key.IsDeclined == isDeclined).OrderBy(n => n.Key))
        {
            var (mask, value) = only.Match();
            var tally = new Tally(mask, value, next, sums, squares);
            _at.Add((window.Lag, window.Window, only, isDeclined), next);
            tallies.Add(tally);
            next += tally.Length;
        }
        return [.. tallies];
    }

    VectorStep Step(FeatureDefinition d, int output, KeyKind[] counterparts)
    {
        if (!d.HasWindow)
            return new VectorStep(d.Measure, output, IsCounterpart(d.Measure) ? Array.IndexOf(counterparts, d.Key) : 0, 0, 0, 0, default, default);
        var window = WindowOf(d);
        var (mask, value) = d.Only.Match();
        var allAt = _at.GetValueOrDefault((window.Lag, window.Window, Only.All, false));
        var declinedAt = Learns(d) ? _at[(window.Lag, window.Window, d.Only, true)] : 0;
        return new VectorStep(d.Measure, output, _at[(window.Lag, window.Window, d.Only, false)], allAt, declinedAt, _marks[window], mask, value);
    }
}
