namespace Orchestrator.Decisioning.Features;

/// <summary>Gives an event to one key. Nearly always it is the newest and is appended; duplicates, late and too late events are seen from their own place.</summary>
sealed class Intake(FeaturePlan plan)
{
    readonly long[] _readings = new long[plan.Keys.ToArray().Max(k => k.RunningLength)];

    /// <summary>Takes the event.</summary>
    /// <param name="keys">The keys of its kind.</param>
    /// <param name="state">Its key's state.</param>
    /// <param name="taken">The event.</param>
    /// <param name="marks">What is known of it; accounts find out by themselves.</param>
    /// <param name="watermarkMs">What is older is too late.</param>
    /// <param name="sight">How the key looks from it.</param>
    public void Take(KeySpace keys, KeyState state, in FeatureEvent taken, EventMarks marks, long watermarkMs, ref Sight sight)
    {
        sight.State = state;
        var amount = Math.Min(taken.Amount, FeatureEvent.MaxAmount);
        var added = new KeyEvent { AtMs = taken.AtMs, Amount = amount, Tag = taken.Tag, Marks = marks };
        var events = state.Events;
        if (taken.AtMs >= watermarkMs && (taken.AtMs > events.NewestMs || (taken.AtMs == events.NewestMs && events.Find(taken.AtMs, taken.Tag) < 0)))
            Append(keys, state, ref added, watermarkMs, ref sight);
        else
            LookBack(keys, state, ref added, watermarkMs, ref sight);
        Count(keys.Counts, sight);
    }

    static void Append(KeySpace keys, KeyState state, ref KeyEvent added, long watermarkMs, ref Sight sight)
    {
        var events = state.Events;
        if (keys.Plan.Median)
        {
            sight.Median = state.Median;
            sight.History = state.History;
            added.Marks = HighAmounts.Of(added.Amount, sight.Median, sight.History);
        }
        state.Trim(watermarkMs);
        Bound(keys, state);
        sight.Before = events.Count;
        state.Append(added);
        sight.Marks = added.Marks;
        sight.Readings = state.Running;
    }

    void LookBack(KeySpace keys, KeyState state, ref KeyEvent added, long watermarkMs, ref Sight sight)
    {
        var events = state.Events;
        var at = events.Find(added.AtMs, added.Tag);
        sight.IsDuplicate = at >= 0;
        sight.IsTooLate = at < 0 && added.AtMs < watermarkMs;
        sight.IsLate = at < 0 && !sight.IsTooLate;
        if (sight.IsLate)
            Bound(keys, state);
        var before = at >= 0 ? at : events.CountUpTo(added.AtMs, events.Count);
        if (keys.Plan.Median)
            (sight.Median, sight.History) = RecentAmounts.AsOf(events, before);
        if (at >= 0)
            added = events[at];
        else if (keys.Plan.Median)
            added.Marks = HighAmounts.Of(added.Amount, sight.Median, sight.History);
        if (sight.IsLate)
            state.Insert(before, added);
        sight.Before = before;
        sight.Marks = added.Marks;
        // As it was seen before anybody could decline it.
        added.Marks &= ~EventMarks.Declined;
        var readings = _readings.AsSpan(0, keys.Plan.RunningLength);
        Tallying.AsOf(readings, keys.Plan, events, before, added);
        sight.Readings = readings;
    }

    /// <summary>
    /// Gives a key an event that it had before this process began, at its place however old it is. Where the key has it already, its marks are those that are
    /// known now.
    /// </summary>
    public static void Play(KeySpace keys, KeyState state, in KeyEvent played)
    {
        var events = state.Events;
        if (events.Find(played.AtMs, played.Tag) is var at and >= 0)
        {
            if (events[at].Marks != played.Marks)
                state.Mark(at, played.Marks);
            return;
        }
        if (events.Count >= keys.MaxEvents && played.AtMs < events[0].AtMs)
        {
            keys.Counts.Truncated++;
            return;
        }
        Bound(keys, state);
        if (played.AtMs >= events.NewestMs)
            state.Append(played);
        else
            state.Insert(events.CountUpTo(played.AtMs, events.Count), played);
        keys.Counts.Events++;
    }

    // Only then is the memory of one key bounded, however many events it has.
    static void Bound(KeySpace keys, KeyState state)
    {
        if (state.Events.Count < keys.MaxEvents)
            return;
        state.DropFirst();
        keys.Counts.Truncated++;
    }

    static void Count(KeyCounts counts, in Sight sight)
    {
        if (sight.IsDuplicate)
            counts.Duplicates++;
        else if (sight.IsTooLate)
            counts.TooLate++;
        else
            counts.Events++;
        if (sight.IsLate)
            counts.Late++;
    }
}
