using Orchestrator.Decisioning.Features;

namespace Orchestrator.Tests.Decisioning.Features;

/// <summary>
/// Features by brute force: it remembers all events in the order of time and arrival, and looks through all of them for every number. A key that had none for
/// <paramref name="idleAfter"/> before the watermark begins anew. Written from the definitions, with nothing of the engine's code.
/// </summary>
sealed class ReferenceFeatures(IReadOnlyList<FeatureDefinition> definitions, TimeSpan labelDelay, TimeSpan lateness, TimeSpan idleAfter)
{
    readonly List<Remembered> _events = [];
    readonly Dictionary<(KeyKind Kind, ulong Key), (long UsedMs, int Since)> _keys = [];
    long _newest = long.MinValue / 4;
    int _arrivals;

    public float[] Observe(FeatureEvent e)
    {
        var watermark = _newest - (long)lateness.TotalMilliseconds;
        _arrivals++;
        foreach (var kind in Enum.GetValues<KeyKind>())
            Use(kind, e.Key(kind), e.AtMs, watermark);
        var own = _events.FindIndex(r => IsKnown(r, KeyKind.Account, e.Account) && r.Event.AtMs == e.AtMs && r.Event.Id == e.Id);
        var tooLate = own < 0 && e.AtMs < watermark;
        var at = own >= 0 ? own : _events.FindLastIndex(r => r.Event.AtMs <= e.AtMs) + 1;
        var account = _events.Take(at).Where(r => IsKnown(r, KeyKind.Account, e.Account)).ToList();
        var self = own >= 0 ? _events[own] : new Remembered(e, _arrivals) { High = IsHigh(account, e, 2), VeryHigh = IsHigh(account, e, 3) };
        var before = _events.Take(at).ToList();
        var vector = definitions.Select(d => (float)Value(d, self, before)).ToArray();
        if (own < 0 && !tooLate)
            _events.Insert(at, self);
        _newest = Math.Max(_newest, e.ReceivedMs > 0 ? Math.Min(e.AtMs, e.ReceivedMs) : e.AtMs);
        return vector;
    }

    public void Label(FeatureEvent e, bool isFraud)
    {
        foreach (var r in _events.Where(r => r.Event.Account == e.Account && r.Event.AtMs == e.AtMs && r.Event.Id == e.Id))
            r.Fraud = isFraud;
    }

    public void Declined(FeatureEvent e)
    {
        foreach (var r in _events.Where(r => r.Event.Account == e.Account && r.Event.AtMs == e.AtMs && r.Event.Id == e.Id))
            r.Declined = true;
    }

    void Use(KeyKind kind, ulong key, long atMs, long watermark)
    {
        var isKnown = _keys.TryGetValue((kind, key), out var known) && known.UsedMs >= watermark - (long)idleAfter.TotalMilliseconds;
        _keys[(kind, key)] = isKnown ? (Math.Max(known.UsedMs, atMs), known.Since) : (atMs, _arrivals);
    }

    // Whether the event is one of the key's, and not from before the key was forgotten.
    bool IsKnown(Remembered r, KeyKind kind, ulong key) => r.Event.Key(kind) == key && r.Arrival >= _keys[(kind, key)].Since;

    static bool IsHigh(List<Remembered> account, FeatureEvent e, double times) =>
        account.Count(r => !r.Declined) >= 5 && e.Amount >= Median(account) * times;

    static double Median(List<Remembered> account)
    {
        var last = account.Where(r => !r.Declined).TakeLast(64).Select(r => r.Event.Amount).Order().ToList();
        return last.Count % 2 == 1 ? last[last.Count / 2] : (last[(last.Count / 2) - 1] + last[last.Count / 2]) / 2.0;
    }

    double Value(FeatureDefinition d, Remembered self, List<Remembered> before)
    {
        var e = self.Event;
        var account = before.Where(r => IsKnown(r, KeyKind.Account, e.Account)).ToList();
        switch (d.Measure)
        {
            case Measure.Amount:
                return e.Amount / 100f;
            case Measure.Night:
                return DateTimeOffset.FromUnixTimeMilliseconds(e.AtMs).Hour <= 6 ? 1 : 0;
            case Measure.Weekend:
                return DateTimeOffset.FromUnixTimeMilliseconds(e.AtMs).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0;
            case Measure.HourOfDay:
                return DateTimeOffset.FromUnixTimeMilliseconds(e.AtMs).TimeOfDay.TotalHours;
            case Measure.Supplied:
                return -1;
            case Measure.AgeDays:
                return Math.Max(0, e.AtMs - account.Concat([self]).Min(r => r.Event.AtMs)) / 86_400_000.0;
            case Measure.Median:
                return account.All(r => r.Declined) ? -1 : Median(account) / 100;
            case Measure.AmountToMedian:
                return account.Count(r => !r.Declined) < 5 || Median(account) == 0 ? -1 : e.Amount / Median(account);
            case Measure.Distance or Measure.Speed:
                return Travel(d, e);
        }
        var key = e.Key(d.Key);
        if (key == 0)
            return d.Measure == Measure.AmountDeviations ? 0 : -1;
        if (d.Measure is Measure.IsNew or Measure.KnownDays)
        {
            // A meeting that is not counted yet, or comes later in time, is none before it.
            var earlier = account.Where(r => r.Event.Key(d.Key) == key && r.Event.AtMs < e.AtMs).ToList();
            return d.Measure == Measure.IsNew ? (earlier.Count == 0 ? 1 : 0) : earlier.Count == 0 ? 0 : (e.AtMs - earlier.Min(r => r.Event.AtMs)) / 86_400_000.0;
        }
        var ofKey = before.Where(r => IsKnown(r, d.Key, key)).ToList();
        if (d.Measure == Measure.SecondsSinceLast)
            return ofKey.Count == 0 ? -1 : (e.AtMs - ofKey[^1].Event.AtMs) / 1000.0;

        var end = e.AtMs - (d.Delayed ? (long)labelDelay.TotalMilliseconds : 0);
        var window = ofKey.Concat([self]).Where(r => r.Event.AtMs <= end && r.Event.AtMs > end - (long)d.Window.TotalMilliseconds).ToList();
        return Windowed(d, self, window, account);
    }

    static double Windowed(FeatureDefinition d, Remembered self, List<Remembered> window, List<Remembered> account)
    {
        var picked = window.Where(r => r.Is(d.Only)).ToList();
        // Of what was declined an account learns no amount; when the event itself was seen, it was not declined yet.
        var learned = picked.Where(r => d.Key != KeyKind.Account || r == self || !r.Declined).ToList();
        var others = window.Where(r => r != self && (d.Key != KeyKind.Account || !r.Declined)).Select(r => (double)r.Event.Amount).ToList();
        switch (d.Measure)
        {
            case Measure.Count:
                return picked.Count;
            case Measure.Sum:
                return picked.Sum(r => r.Event.Amount) / 100.0;
            case Measure.Mean:
                return learned.Count == 0 ? -1 : learned.Average(r => (double)r.Event.Amount) / 100;
            case Measure.Share:
                return window.Count == 0 ? -1 : (double)picked.Count / window.Count;
            case Measure.Deviation:
                return learned.Count < 2 ? -1 : Spread([.. learned.Select(r => (double)r.Event.Amount)]) / 100;
            case Measure.AmountToMean:
                return others.Count == 0 || others.Average() == 0 ? -1 : self.Event.Amount / others.Average();
            case Measure.AmountDeviations:
                return others.Count < 2 ? 0
                    : Math.Clamp((self.Event.Amount - others.Average()) / Math.Max(Spread(others), Math.Max(others.Average() / 100, 1)), -100, 1000);
            case Measure.MeanToMedian:
                return account.Count(r => !r.Declined) < 5 || Median(account) == 0 ? -1 : learned.Average(r => (double)r.Event.Amount) / Median(account);
        }
        // Runs: what is no genuine event and no fraud of this sort is as if it were not there.
        var seen = window.Where(r => r.Is(d.Only) || !r.Fraud).ToList();
        var last = seen.FindLastIndex(r => r.Fraud);
        if (last < 0)
            return d.Measure == Measure.RunLength ? 0 : -1;
        var first = last;
        while (first > 0 && seen[first - 1].Fraud)
            first--;
        var at = self.Event.AtMs;
        return d.Measure switch
        {
            Measure.RunLength => last - first + 1,
            Measure.RunAgeDays => (at - seen[first].Event.AtMs) / 86_400_000.0,
            Measure.RunStartAgeDays => first == 0 ? -1 : (at - seen[first - 1].Event.AtMs) / 86_400_000.0,
            Measure.LastAgeDays => (at - seen[last].Event.AtMs) / 86_400_000.0,
            _ => seen.Count - 1 - last,
        };
    }

    double Travel(FeatureDefinition d, FeatureEvent e)
    {
        // Eight places are remembered, the newest of all that have come: before a late event there may be none of them.
        var places = _events.Where(r => IsKnown(r, KeyKind.Account, e.Account) && r.Event.HasPlace).TakeLast(8);
        if (!e.HasPlace || places.LastOrDefault(r => r.Event.AtMs < e.AtMs) is not { } last)
            return -1;
        double Radians(double degrees) => degrees * Math.PI / 180;
        var h = Math.Pow(Math.Sin(Radians(e.Latitude - last.Event.Latitude) / 2), 2)
            + (Math.Cos(Radians(e.Latitude)) * Math.Cos(Radians(last.Event.Latitude)) * Math.Pow(Math.Sin(Radians(e.Longitude - last.Event.Longitude) / 2), 2));
        var kilometres = 2 * 6371.0088 * Math.Asin(Math.Min(1, Math.Sqrt(h)));
        return d.Measure == Measure.Distance ? kilometres : Math.Min(1_000_000, kilometres / (Math.Max(1_000, e.AtMs - last.Event.AtMs) / 3_600_000.0));
    }

    static double Spread(List<double> amounts) => Math.Sqrt(amounts.Sum(a => (a - amounts.Average()) * (a - amounts.Average())) / (amounts.Count - 1));

    sealed class Remembered(FeatureEvent e, int arrival)
    {
        public FeatureEvent Event => e;

        public int Arrival => arrival;

        public bool High { get; init; }

        public bool VeryHigh { get; init; }

        public bool Fraud { get; set; }

        public bool Declined { get; set; }

        public bool Is(Only only) => only switch
        {
            Only.High => High,
            Only.VeryHigh => VeryHigh,
            Only.Fraud => Fraud,
            Only.UnexplainedFraud => Fraud && !High,
            _ => true,
        };
    }
}
