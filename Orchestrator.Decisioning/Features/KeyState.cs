namespace Orchestrator.Decisioning.Features;

/// <summary>
/// What is remembered of one key: its events, and the sums that run in its windows as of the newest of them. All sums are of integers, so they do not
/// depend on the order in which events came, and a restored key's are the same to the bit.
/// </summary>
sealed class KeyState : EventLog
{
    /// <summary>How many bytes of it are asked for, about.</summary>
    public const int Size = 128;

    readonly KeyPlan _plan;
    readonly long[] _running;
    int _declined;

    public KeyState(KeyPlan plan)
    {
        _plan = plan;
        _running = new long[plan.Numbers];
        Account = plan.Kind == KeyKind.Account ? new AccountMemory(plan) : null;
    }

    /// <summary>Its events.</summary>
    public EventLog Events => this;

    /// <summary>The array of its numbers: to be asked for, not looked at.</summary>
    internal long[] Numbers => _running;

    /// <summary>The sums of its windows, in the plan's layout.</summary>
    public ReadOnlySpan<long> Running => _running.AsSpan(0, _plan.RunningLength);

    /// <summary>The median of its last amounts, where the plan asks for it.</summary>
    public double Median => RecentAmounts.Median(Amounts, History);

    /// <summary>Of how many amounts that median is.</summary>
    public int History => Math.Min(Learned, KeyPlan.MedianAmounts);

    /// <summary>Whether any of its events was declined.</summary>
    public bool HasDeclined => _declined > 0;

    /// <summary>The snapshot that has it as it was, or that began before it was there; of its <see cref="KeySpace"/>.</summary>
    public int Round { get; set; }

    /// <summary>What only accounts remember; null for other keys.</summary>
    public AccountMemory? Account { get; }

    /// <summary>What it takes in memory, about.</summary>
    public long Bytes => 150 + (_running.Length * sizeof(long)) + (Capacity * 24) + (Account?.Bytes ?? 0);

    /// <summary>Takes an event that is not older than any before: moves the windows on and counts it.</summary>
    public void Append(in KeyEvent added)
    {
        Advance(added.AtMs);
        AppendEvent(added);
        _plan.Newest[(int)added.Marks].Count(_running, added.Amount, Count);
        if (_plan.Median)
            RecentAmounts.Added(Amounts, this, Count - 1, Learned);
    }

    /// <summary>Takes a late event at its place among the others, and corrects the windows that it belongs to.</summary>
    public void Insert(int index, in KeyEvent added)
    {
        var asOf = NewestMs;
        InsertEvent(index, added);
        foreach (var window in _plan.Windows)
        {
            if (added.AtMs <= asOf - window.LagMs - window.WindowMs)
                _running[window.Mark]++;
            else if (added.AtMs <= asOf - window.LagMs)
                Tallying.Add(_running, window, added);
            if (added.AtMs <= asOf - window.LagMs)
                _running[window.Mark + 1]++;
        }
        if (_plan.Median)
            RecentAmounts.Added(Amounts, this, index, Learned);
    }

    /// <summary>Gives an event other marks.</summary>
    public void Mark(int index, EventMarks marks)
    {
        ref var marked = ref this[index];
        foreach (var window in _plan.Windows)
        {
            if (index >= _running[window.Mark] && index < _running[window.Mark + 1])
                Tallying.Subtract(_running, window, marked);
        }
        var changed = marked.Marks ^ marks;
        marked.Marks = marks;
        foreach (var window in _plan.Windows)
        {
            if (index >= _running[window.Mark] && index < _running[window.Mark + 1])
                Tallying.Add(_running, window, marked);
        }
        if ((changed & EventMarks.Declined) == EventMarks.None)
            return;
        _declined += IsDeclined(marked) ? 1 : -1;
        if (_plan.Median)
            RecentAmounts.Recount(Amounts, this);
    }

    /// <summary>Drops what no event at or after the watermark can look at any more.</summary>
    public void Trim(long watermarkMs)
    {
        var horizon = watermarkMs - _plan.SpanMs;
        while (Count > 1 && this[0].AtMs <= horizon && IsSpare(watermarkMs))
            DropFirst();
    }

    // Whether enough amounts remain for a median before each event that may come; that at most all that were declined lie among them is near enough.
    bool IsSpare(long watermarkMs)
    {
        var keep = IsDeclined(this[0]) ? 1 : _plan.Keep + _declined;
        return Count > keep && this[keep].AtMs <= watermarkMs;
    }

    /// <summary>Drops the oldest event, also out of windows that it is in.</summary>
    public void DropFirst()
    {
        foreach (var window in _plan.Windows)
        {
            if (_running[window.Mark] > 0)
                _running[window.Mark]--;
            else if (_running[window.Mark + 1] > 0)
                Tallying.Subtract(_running, window, this[0]);
            if (_running[window.Mark + 1] > 0)
                _running[window.Mark + 1]--;
        }
        var isDeclined = IsDeclined(this[0]);
        DropFirstEvent();
        if (isDeclined)
            _declined--;
        else if (_plan.Median && Learned < KeyPlan.MedianAmounts)
            RecentAmounts.Recount(Amounts, this);
    }

    /// <summary>Counts all anew, after its events were read from bytes.</summary>
    public void Recount()
    {
        if (Count == 0)
            return;
        Array.Clear(_running);
        Advance(NewestMs);
        foreach (var window in _plan.Windows)
        {
            if (window.IsDelayed)
                continue;
            _running[window.Mark + 1] = Count;
            for (var i = (int)_running[window.Mark]; i < Count; i++)
                Tallying.Add(_running, window, this[i]);
        }
        if (_plan.Median)
            RecentAmounts.Recount(Amounts, this);
    }

    /// <summary>Asks for what it leads to. This and the next look at what was asked for when its key was found: all keys of an event are to be gone through with one before the other.</summary>
    public void AskForParts()
    {
        AskForLength();
        AskForEvent(0);
        AskForEvent(Count - 1);
        AskForEvent(Count);
        if (Account is { } account)
            Ahead.Object(account, AccountMemory.Size);
    }

    /// <summary>Asks for the events at which its windows begin and end.</summary>
    public void AskForWindows()
    {
        foreach (var window in _plan.Windows)
        {
            AskForEvent((int)_running[window.Mark]);
            if (window.IsDelayed)
                AskForEvent((int)_running[window.Mark + 1]);
        }
        Account?.Ask();
    }

    /// <summary>Takes an event of bytes that are read; <see cref="Recount"/> follows.</summary>
    public void Load(in KeyEvent read)
    {
        AppendEvent(read);
        _declined += IsDeclined(read) ? 1 : 0;
    }

    // How many amounts count for means and medians.
    int Learned => Count - _declined;

    // Behind the sums, in the same piece of memory.
    Span<long> Amounts => _running.AsSpan(_plan.RunningLength);

    static bool IsDeclined(in KeyEvent e) => (e.Marks & EventMarks.Declined) != EventMarks.None;

    // Most windows move by an event or by none; those that do not are passed without a loop.
    void Advance(long timeMs)
    {
        var events = All;
        var running = _running;
        foreach (var window in _plan.Windows)
        {
            var newest = timeMs - window.LagMs;
            if (window.IsDelayed && IsUpTo(events, running[window.Mark + 1], newest))
                Enter(window, newest);
            if (IsUpTo(events, running[window.Mark], newest - window.WindowMs))
                Leave(window, newest - window.WindowMs);
        }
    }

    void Enter(WindowPlan window, long newestMs)
    {
        var events = All;
        ref var to = ref _running[window.Mark + 1];
        for (; IsUpTo(events, to, newestMs); to++)
            Tallying.Add(_running, window, events[(int)to]);
    }

    void Leave(WindowPlan window, long lastMs)
    {
        var events = All;
        ref var from = ref _running[window.Mark];
        ref var to = ref _running[window.Mark + 1];
        for (; IsUpTo(events, from, lastMs); from++)
        {
            if (from < to)
                Tallying.Subtract(_running, window, events[(int)from]);
            else
                to++;
        }
    }

    static bool IsUpTo(ReadOnlySpan<KeyEvent> events, long index, long timeMs) => index < events.Length && events[(int)index].AtMs <= timeMs;
}
