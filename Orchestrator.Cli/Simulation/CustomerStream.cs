namespace Orchestrator.Cli.Simulation;

/// <summary>What one customer does, day after day. It keeps its own two streams, so days can be drawn one at a time for ever.</summary>
sealed class CustomerStream(CustomerProfile profile, uint seed)
{
    const double NoonSecond = HandbookParameters.DaySeconds / 2.0;
    const double SpreadSeconds = 20_000;

    readonly NumericStream _numbers = new(seed);
    readonly ChoiceStream _choices = new(seed);

    /// <summary>Draws the next day's transactions into <paramref name="drawn"/>, in time order.</summary>
    public void NextDay(int customer, int day, long highAmountMinor, List<HandbookTransaction> drawn)
    {
        var first = drawn.Count;
        var count = _numbers.Poisson(profile.DailyRate);
        for (var i = 0; i < count; i++)
        {
            var second = (int)_numbers.Normal(NoonSecond, SpreadSeconds);
            if (second is <= 0 or >= HandbookParameters.DaySeconds)
                continue;
            var amount = _numbers.Normal(profile.MeanAmount, profile.MeanAmount / 2);
            if (amount < 0)
                amount = _numbers.Uniform(0, profile.MeanAmount * 2);
            var amountMinor = (long)Math.Round(amount * 100, MidpointRounding.ToEven);
            if (profile.Terminals.Count == 0)
                continue;
            var terminal = profile.Terminals[_choices.Below(profile.Terminals.Count)];
            var scenario = (byte)(amountMinor > highAmountMinor ? 1 : 0);
            drawn.Add(new((long)day * HandbookParameters.DaySeconds + second, customer, terminal, amountMinor, scenario));
        }
        drawn.Sort(first, drawn.Count - first, ByTime);
    }

    static readonly Comparer<HandbookTransaction> ByTime = Comparer<HandbookTransaction>.Create((a, b) => a.Second.CompareTo(b.Second));
}
