using System.Runtime.CompilerServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>Writes a vector's numbers, by the steps of a plan.</summary>
static class VectorWriter
{
    const float Missing = FeatureDefinition.Missing;
    const double DayMs = 86_400_000;
    const double MaxDeviations = 1_000;
    const double MinDeviations = -100;
    const double MaxSpeedKmh = 1_000_000;

    /// <summary>What the event itself says, and what others supply.</summary>
    public static void Moments(FeaturePlan plan, in FeatureEvent taken, ReadOnlySpan<float> supplied, Span<float> vector)
    {
        var hour = taken.AtMs % 86_400_000 / 3_600_000.0;
        foreach (ref readonly var step in plan.Moments.AsSpan())
        {
            vector[step.Output] = step.Measure switch
            {
                Measure.Amount => taken.Amount / 100f,
                Measure.Night => hour < 7 ? 1 : 0,
                // Day 0 was a Thursday.
                Measure.Weekend => ((taken.AtMs / 86_400_000) + 4) % 7 is 0 or 6 ? 1 : 0,
                _ => (float)hour,
            };
        }
        foreach (ref readonly var step in plan.Supplied.AsSpan())
            vector[step.Output] = step.At < supplied.Length && float.IsFinite(supplied[step.At]) ? supplied[step.At] : Missing;
    }

    /// <summary>What an account knows; whom and what it meets, and where it is, is remembered on the way.</summary>
    public static void Account(KeyPlan plan, in FeatureEvent taken, in Sight sight, Span<float> vector)
    {
        var memory = sight.State.Account!;
        Span<long> met = stackalloc long[KeyKinds.Count];
        for (var i = 0; i < plan.Counterparts.Length; i++)
        {
            var key = taken.Key(plan.Counterparts[i]);
            var known = Acquaintances.KeyOf(plan.Counterparts[i], key);
            met[i] = key == 0 ? long.MaxValue : sight.IsFresh ? memory.Met.Meet(known, taken.AtMs) : memory.Met.FirstMet(known, taken.AtMs);
        }
        if (sight.IsFresh && taken.AtMs < memory.FirstMs)
            memory.FirstMs = taken.AtMs;
        var here = new Place(taken.AtMs, taken.Latitude, taken.Longitude);
        var place = taken.HasPlace ? memory.Places?.Before(taken.AtMs) : null;
        var kilometres = place is { } before ? RecentPlaces.Kilometres(before, here) : FeatureDefinition.Missing;
        if (sight.IsFresh && taken.HasPlace)
            memory.Places?.Add(here);

        Counts(plan, sight, vector);
        foreach (ref readonly var step in plan.OtherSteps.AsSpan())
        {
            vector[step.Output] = step.Measure switch
            {
                Measure.IsNew => met[step.At] == long.MaxValue ? Missing : met[step.At] >= taken.AtMs ? 1 : 0,
                Measure.KnownDays => met[step.At] == long.MaxValue ? Missing : Days(Math.Max(0, taken.AtMs - met[step.At])),
                Measure.AgeDays => Age(taken, memory),
                Measure.Median => sight.History == 0 ? Missing : (float)(sight.Median / 100),
                Measure.AmountToMedian => ToMedian(taken.Amount, sight),
                Measure.MeanToMedian => ToMedian((double)LearnedSum(step, sight) / LearnedCount(step, sight), sight),
                Measure.Distance => (float)kilometres,
                Measure.Speed => place is { } p ? SpeedKmh(kilometres, taken.AtMs - p.AtMs) : Missing,
                _ => Windowed(step, taken, sight),
            };
        }
    }

    /// <summary>What another key knows.</summary>
    public static void Key(KeyPlan plan, in FeatureEvent taken, in Sight sight, Span<float> vector)
    {
        Counts(plan, sight, vector);
        foreach (ref readonly var step in plan.OtherSteps.AsSpan())
            vector[step.Output] = Windowed(step, taken, sight);
    }

    /// <summary>The event has no such key.</summary>
    public static void Absent(KeyPlan plan, Span<float> vector)
    {
        foreach (ref readonly var step in plan.Steps.AsSpan())
            vector[step.Output] = step.Measure == Measure.AmountDeviations ? 0 : Missing;
    }

    static void Counts(KeyPlan plan, in Sight sight, Span<float> vector)
    {
        foreach (ref readonly var step in plan.Counts.AsSpan())
            vector[step.Output] = sight.Readings[step.At];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Windowed(in VectorStep step, in FeatureEvent taken, in Sight sight)
    {
        var readings = sight.Readings;
        switch (step.Measure)
        {
            case Measure.Sum:
                return (float)(readings[step.At + 1] / 100.0);
            case Measure.Mean:
                var of = LearnedCount(step, sight);
                return of == 0 ? Missing : (float)(LearnedSum(step, sight) / 100.0 / of);
            case Measure.Share:
                return readings[step.AllAt] == 0 ? Missing : (float)readings[step.At] / readings[step.AllAt];
            case Measure.Deviation:
                var count = LearnedCount(step, sight);
                return count < 2 ? Missing : (float)(Spread(count, LearnedSum(step, sight), LearnedSquares(step, sight)) / 100);
            case Measure.SecondsSinceLast:
                return sight.Before == 0 ? Missing : (float)((taken.AtMs - sight.State.Events[sight.Before - 1].AtMs) / 1000.0);
            case Measure.AmountToMean or Measure.AmountDeviations:
                return Compared(step, taken, sight);
            default:
                return LabelRun.Of(step, taken.AtMs, sight);
        }
    }

    static float Compared(in VectorStep step, in FeatureEvent taken, in Sight sight)
    {
        // Of the window's others: the event itself is taken out again.
        var amount = Math.Min(taken.Amount, FeatureEvent.MaxAmount);
        var count = LearnedCount(step, sight) - 1;
        var sum = LearnedSum(step, sight) - amount;
        if (step.Measure == Measure.AmountToMean)
            return count < 1 || sum == 0 ? Missing : (float)(amount / ((double)sum / count));
        if (count < 2)
            return 0;
        var mean = (double)sum / count;
        // Somebody who always pays the same has no spread; a hundredth of the mean keeps the next cent from being an outlier.
        var spread = Math.Max(Spread(count, sum, LearnedSquares(step, sight) - ((Int128)amount * amount)), Math.Max(mean / 100, 1));
        return (float)Math.Clamp((amount - mean) / spread, MinDeviations, MaxDeviations);
    }

    // What was declined is in no mean: it is taken out again.
    static long LearnedCount(in VectorStep step, in Sight sight) =>
        IsAllLearned(step, sight) ? sight.Readings[step.At] : sight.Readings[step.At] - sight.Readings[step.DeclinedAt];

    static long LearnedSum(in VectorStep step, in Sight sight) =>
        IsAllLearned(step, sight) ? sight.Readings[step.At + 1] : sight.Readings[step.At + 1] - sight.Readings[step.DeclinedAt + 1];

    static Int128 LearnedSquares(in VectorStep step, in Sight sight) =>
        IsAllLearned(step, sight)
            ? Tallying.Squares(sight.Readings, step.At)
            : Tallying.Squares(sight.Readings, step.At) - Tallying.Squares(sight.Readings, step.DeclinedAt);

    static bool IsAllLearned(in VectorStep step, in Sight sight) => step.DeclinedAt == 0 || !sight.State.HasDeclined;

    // The numerator is exact: it is of integers.
    static double Spread(long count, long sum, Int128 squares) =>
        Math.Sqrt((double)((squares * count) - ((Int128)sum * sum)) / ((double)count * (count - 1)));

    static float ToMedian(double amount, in Sight sight) =>
        sight.History < HighAmounts.MinimumHistory || sight.Median == 0 ? Missing : (float)(amount / sight.Median);

    static float Age(in FeatureEvent taken, AccountMemory memory)
    {
        var first = taken.OpenedMs > 0 ? Math.Min(taken.OpenedMs, memory.FirstMs) : memory.FirstMs;
        return first > taken.AtMs ? 0 : Days(taken.AtMs - first);
    }

    static float SpeedKmh(double kilometres, long elapsedMs) =>
        (float)Math.Min(MaxSpeedKmh, kilometres / (Math.Max(1_000, elapsedMs) / 3_600_000.0));

    static float Days(long ms) => (float)(ms / DayMs);
}
