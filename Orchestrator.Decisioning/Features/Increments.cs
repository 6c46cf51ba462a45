namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Which of a key's running numbers change, and how, when an event is counted that is newer than all others: listed ahead for each set of marks, so that counting it
/// asks neither window nor tally whether it belongs there.
/// </summary>
sealed class Increments
{
    readonly int[] _ends;
    readonly int[] _counts;
    readonly int[] _sums;
    readonly int[] _squares;

    Increments(WindowPlan[] windows, EventMarks marks)
    {
        var running = windows.Where(w => !w.IsDelayed).ToList();
        var isDeclined = (marks & EventMarks.Declined) != EventMarks.None;
        var tallies = running.SelectMany(w => isDeclined ? [.. w.Tallies, .. w.Declined] : w.Tallies).Where(t => t.Matches(marks)).ToList();
        _ends = [.. running.Select(w => w.Mark + 1)];
        _counts = [.. tallies.Select(t => t.At)];
        _sums = [.. tallies.Where(t => t.Sums).Select(t => t.At + 1)];
        _squares = [.. tallies.Where(t => t.Squares).Select(t => t.At)];
    }

    /// <summary>By marks.</summary>
    public static Increments[] Of(WindowPlan[] windows) =>
        [.. Enumerable.Range(0, 2 * (int)Enum.GetValues<EventMarks>().Max()).Select(marks => new Increments(windows, (EventMarks)marks))];

    /// <summary>Counts the event, now the last of <paramref name="count"/>.</summary>
    public void Count(Span<long> running, long amount, int count)
    {
        foreach (var at in _ends)
            running[at] = count;
        foreach (var at in _counts)
            running[at]++;
        foreach (var at in _sums)
            running[at] += amount;
        foreach (var at in _squares)
            Tallying.Squares(running, at) += (Int128)amount * amount;
    }
}
