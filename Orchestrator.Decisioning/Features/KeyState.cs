namespace Orchestrator.Decisioning.Features;

/// <summary>
/// What is remembered of one key: its events, and the sums that run in its windows as of the newest of them. All sums are of integers, so they do not
/// depend on the order in which events came, and a restored key's are the same to the bit.
/// </summary>
sealed class KeyState
{
    readonly KeyPlan _plan;
    readonly long[] _running;

    public KeyState(KeyPlan plan)
    {
        _plan = plan;
        _running = new long[plan.RunningLength];
        Account = plan.Kind == KeyKind.Account ? new AccountMemory(plan) : null;
    }

    public EventLog Events { get; } = new();

    public ReadOnlySpan<long> Running => _running;

    /// <summary>What only accounts remember; null for other keys.</summary>
    public AccountMemory? Account { get; }

    /// <summary>What it takes in memory, about.</summary>
    public long Bytes => 200 + (_running.Length * sizeof(long)) + (Events.Capacity * 24) + (Account?.Bytes ?? 0);

    /// <summary>Takes an event that is not older than any before: moves the windows on and counts it.</summary>
    public void Append(in KeyEvent added)
    {
        Advance(added.AtMs);
        Events.Append(added);
        foreach (var window in _plan.Windows)
        {
            if (window.IsDelayed)
                continue;
            _running[window.Mark + 1] = Events.Count;
            Tallying.Add(_running, window, added);
        }
        Account?.Amounts?.Added(Events, Events.Count - 1);
    }

    /// <summary>Takes a late event at its place among the others, and corrects the windows that it belongs to.</summary>
    public void Insert(int index, in KeyEvent added)
    {
        var asOf = Events.NewestMs;
        Events.Insert(index, added);
        foreach (var window in _plan.Windows)
        {
            if (added.AtMs <= asOf - window.LagMs - window.WindowMs)
                _running[window.Mark]++;
            else if (added.AtMs <= asOf - window.LagMs)
                Tallying.Add(_running, window, added);
            if (added.AtMs <= asOf - window.LagMs)
                _running[window.Mark + 1]++;
        }
        Account?.Amounts?.Added(Events, index);
    }

    /// <summary>Gives an event other marks.</summary>
    public void Mark(int index, EventMarks marks)
    {
        ref var marked = ref Events[index];
        foreach (var window in _plan.Windows)
        {
            if (index >= _running[window.Mark] && index < _running[window.Mark + 1])
                Tallying.Subtract(_running, window, marked);
        }
        marked.Marks = marks;
        foreach (var window in _plan.Windows)
        {
            if (index >= _running[window.Mark] && index < _running[window.Mark + 1])
                Tallying.Add(_running, window, marked);
        }
    }

    /// <summary>Drops what no event at or after the watermark can look at any more.</summary>
    public void Trim(long watermarkMs)
    {
        var events = Events;
        var horizon = watermarkMs - _plan.SpanMs;
        while (events.Count > _plan.Keep && events[0].AtMs <= horizon && events[_plan.Keep].AtMs <= watermarkMs)
            DropFirst();
    }

    /// <summary>Drops the oldest event, also out of windows that it is in.</summary>
    public void DropFirst()
    {
        foreach (var window in _plan.Windows)
        {
            if (_running[window.Mark] > 0)
                _running[window.Mark]--;
            else if (_running[window.Mark + 1] > 0)
                Tallying.Subtract(_running, window, Events[0]);
            if (_running[window.Mark + 1] > 0)
                _running[window.Mark + 1]--;
        }
        Events.DropFirst();
    }

    /// <summary>Counts all anew, after its events were read from bytes.</summary>
    public void Recount()
    {
        if (Events.Count == 0)
            return;
        Array.Clear(_running);
        Advance(Events.NewestMs);
        foreach (var window in _plan.Windows)
        {
            if (window.IsDelayed)
                continue;
            _running[window.Mark + 1] = Events.Count;
            for (var i = (int)_running[window.Mark]; i < Events.Count; i++)
                Tallying.Add(_running, window, Events[i]);
        }
        Account?.Amounts?.Recount(Events);
    }

    void Advance(long timeMs)
    {
        var events = Events.All;
        foreach (var window in _plan.Windows)
        {
            ref var from = ref _running[window.Mark];
            ref var to = ref _running[window.Mark + 1];
            if (window.IsDelayed)
            {
                for (; to < events.Length && events[(int)to].AtMs <= timeMs - window.LagMs; to++)
                    Tallying.Add(_running, window, events[(int)to]);
            }
            var start = timeMs - window.LagMs - window.WindowMs;
            for (; from < events.Length && events[(int)from].AtMs <= start; from++)
            {
                if (from < to)
                    Tallying.Subtract(_running, window, events[(int)from]);
                else
                    to++;
            }
        }
    }
}
