using Orchestrator.Activity.Figures;

namespace Orchestrator.Activity.Store;

/// <summary>
/// How far the figures of a hand-over are written: what is too much for one transaction goes on in the next. Sessions are among them that are final; the others wait in the lane's backlog.
/// </summary>
internal sealed class FigureCursor(LaneSlot slot, LaneDelta delta, long since)
{
    readonly IReadOnlyList<SessionRow> _final = [.. delta.Sessions.Where(s => s.IsFinal)];
    Places _begun;
    Places _reached;

    /// <summary>Which lane's.</summary>
    public LaneSlot Slot { get; } = slot;

    /// <summary>What was handed over.</summary>
    public LaneDelta Delta { get; } = delta;

    /// <summary>Since when they wait.</summary>
    public long Since { get; } = since;

    /// <summary>The number under which the lane is claimed.</summary>
    public long Claimed { get; private set; }

    /// <summary>How many rows are left to be written.</summary>
    public int Left => Total - _begun.Sum;

    int Total => Delta.Minutes.Count + Delta.Breakdowns.Count + Delta.SessionHours.Count + Delta.Days.Count + Delta.Retention.Count + Delta.Funnels.Count + _final.Count + Delta.Merged.Count;

    /// <summary>The lane is claimed under this number.</summary>
    public FigureCursor At(long claimed)
    {
        Claimed = claimed;
        return this;
    }

    /// <summary>Adds the next rows to a transaction, at most <paramref name="room"/>; the last of them bring the lane's own row.</summary>
    public void AddTo(FigureBatch batch, int room)
    {
        var at = _begun;
        batch.Minutes.Add(this, Delta.Minutes, ref at.Minutes, ref room);
        batch.Breakdowns.Add(this, Delta.Breakdowns, ref at.Breakdowns, ref room);
        batch.SessionHours.Add(this, Delta.SessionHours, ref at.SessionHours, ref room);
        batch.Days.Add(this, Delta.Days, ref at.Days, ref room);
        batch.Retention.Add(this, Delta.Retention, ref at.Retention, ref room);
        batch.Funnels.Add(this, Delta.Funnels, ref at.Funnels, ref room);
        batch.Sessions.Add(this, _final, ref at.Sessions, ref room);
        batch.Merged.Add(this, Delta.Merged, ref at.Merged, ref room);
        _reached = at;
        batch.AddLane(this, isWhole: at.Sum == Total);
    }

    /// <summary>What was added last is stored.</summary>
    /// <returns>Whether that was all.</returns>
    public bool Advance()
    {
        _begun = _reached;
        return _begun.Sum == Total;
    }

    struct Places
    {
        public int Minutes;
        public int Breakdowns;
        public int SessionHours;
        public int Days;
        public int Retention;
        public int Funnels;
        public int Sessions;
        public int Merged;

        public readonly int Sum => Minutes + Breakdowns + SessionHours + Days + Retention + Funnels + Sessions + Merged;
    }
}
