namespace Orchestrator.Activity.Figures;

/// <summary>How many visitors had their last event in each of the last seconds of event time.</summary>
sealed class ActiveSeconds
{
    /// <summary>How many seconds: five minutes, and the one by which an event may be ahead of the clock.</summary>
    public const int Seconds = 6 * 60;

    readonly int[] _counts = new int[Seconds];
    long _newest = -1;

    /// <summary>The second in which they begin.</summary>
    public long Since => Math.Max(0, _newest - Seconds + 1);

    /// <summary>Later seconds begin; those that are too old go.</summary>
    public void GoOn(long ms)
    {
        var second = ms / 1_000;
        if (second <= _newest)
            return;
        for (var gone = Math.Max(_newest + 1, second - Seconds + 1); gone <= second; gone++)
            _counts[gone % Seconds] = 0;
        _newest = second;
    }

    /// <summary>A visitor's last event is of this time.</summary>
    public void Add(long ms) => Count(ms, 1);

    /// <summary>It is so no more.</summary>
    public void Remove(long ms) => Count(ms, -1);

    /// <summary>The counts, the earliest second first.</summary>
    public int[] Counts()
    {
        var counts = new int[Seconds];
        for (var i = 0; i < Seconds && Since + i <= _newest; i++)
            counts[i] = _counts[(Since + i) % Seconds];
        return counts;
    }

    void Count(long ms, int change)
    {
        var second = ms / 1_000;
        if (second > _newest - Seconds && second <= _newest)
            _counts[second % Seconds] += change;
    }
}
