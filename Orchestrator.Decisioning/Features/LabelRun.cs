namespace Orchestrator.Decisioning.Features;

/// <summary>
/// The newest run of frauds among a key's labelled events. A place that was taken over shows one fraud after the other, from some moment between its last
/// genuine event and its first fraud on.
/// </summary>
static class LabelRun
{
    const double DayMs = 86_400_000;

    public static float Of(in VectorStep step, long atMs, in Sight sight)
    {
        // Nearly all keys have none, and need not look at their events.
        if (sight.Readings[step.At] == 0)
            return step.Measure == Measure.RunLength ? 0 : FeatureDefinition.Missing;
        var events = sight.State.Events;
        var from = (int)sight.Readings[step.Mark];
        var at = (int)sight.Readings[step.Mark + 1] - 1;
        var since = 0;
        for (; at >= from && !IsFraud(step, events[at].Marks); at--)
            since += IsGenuine(events[at].Marks) ? 1 : 0;
        if (step.Measure == Measure.SinceRun)
            return since;
        if (step.Measure == Measure.LastAgeDays)
            return Days(atMs, events[at].AtMs);

        var length = 0;
        var first = at;
        for (; at >= from && !IsGenuine(events[at].Marks); at--)
        {
            if (!IsFraud(step, events[at].Marks))
                continue;
            length++;
            first = at;
        }
        return step.Measure switch
        {
            Measure.RunLength => length,
            Measure.RunAgeDays => Days(atMs, events[first].AtMs),
            _ => at < from ? FeatureDefinition.Missing : Days(atMs, events[at].AtMs),
        };
    }

    static bool IsFraud(in VectorStep step, EventMarks marks) => (marks & step.Mask) == step.Value;

    static bool IsGenuine(EventMarks marks) => (marks & EventMarks.Fraud) == EventMarks.None;

    static float Days(long atMs, long thenMs) => (float)((atMs - thenMs) / DayMs);
}
