namespace Orchestrator.Activity.Figures;

/// <summary>
/// Views by hour and page, referrer or kind of device. So many keys of an hour and a kind are told apart; those that come when there are as many are counted together, for good:
/// a key is the same from its first event to its last, whatever is forgotten meanwhile.
/// </summary>
/// <param name="most">The most keys of an hour and a kind.</param>
sealed class Breakdowns(int most)
{
    /// <summary>The key of all that are not told apart.</summary>
    public const string Other = "(other)";

    const int Kinds = 3;

    readonly Dictionary<(int Hour, BreakdownKind Kind), Keys> _hours = [];
    readonly Changes<BreakdownFigure> _changes = new();
    readonly (int Hour, Keys? Keys)[] _last = new (int, Keys?)[Kinds + 1];

    /// <summary>How many are kept.</summary>
    public int Count => _hours.Values.Sum(h => h.ByKey.Count);

    /// <summary>How many wait to be handed over.</summary>
    public int Changed => _changes.Count;

    /// <summary>The figures of a key, to be changed.</summary>
    public BreakdownFigure Touch(int hour, BreakdownKind kind, string key)
    {
        var figure = Get(hour, kind, key);
        _changes.Mark(figure);
        return figure;
    }

    /// <summary>The figures of a key, of which nothing changes that is stored.</summary>
    public BreakdownFigure Get(int hour, BreakdownKind kind, string key) => Of(hour, kind).Get(key, most);

    /// <summary>Forgets those that cannot change any more and are stored.</summary>
    /// <param name="hour">Up to this hour no event counts any more.</param>
    public void Forget(int hour)
    {
        foreach (var (at, keys) in _hours)
        {
            if (at.Hour >= hour)
                continue;
            foreach (var (key, figure) in keys.ByKey)
            {
                if (figure is { Open: 0, IsStored: true })
                    keys.ByKey.Remove(key);
            }
            if (keys.ByKey.Count == 0)
                _hours.Remove(at);
        }
        Array.Clear(_last);
    }

    /// <summary>What was handed over last is stored.</summary>
    public void Confirm() => _changes.Confirm();

    /// <summary>Hands over what has changed.</summary>
    public List<BreakdownRow> Take() => _changes.Take(f => f.Row());

    /// <summary>Writes all of it.</summary>
    public void Write(in StateWriter writer)
    {
        writer.Number(_hours.Count);
        foreach (var ((hour, kind), keys) in _hours)
        {
            writer.Number(hour);
            writer.Byte((byte)kind);
            writer.Flag(keys.IsFull);
            writer.Number(keys.ByKey.Count);
            foreach (var figure in keys.ByKey.Values)
            {
                writer.Text(figure.Key);
                writer.Number(figure.Views);
                writer.Number(figure.Entrances);
                writer.Number(figure.Exits);
                writer.Number(figure.Bounces);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote; all of it counts as changed.</summary>
    public void Read(StateReader reader)
    {
        for (var left = reader.Count(int.MaxValue); left > 0; left--)
        {
            var (hour, kind) = (reader.Count(int.MaxValue), (BreakdownKind)reader.Byte());
            if (kind is < BreakdownKind.Page or > BreakdownKind.Device)
                throw new InvalidDataException("The snapshot is damaged: views broken down by something that does not exist");
            var keys = Of(hour, kind);
            keys.IsFull = reader.Flag();
            for (var more = reader.Count(int.MaxValue); more > 0; more--)
            {
                var key = reader.Text() ?? throw new InvalidDataException("The snapshot is damaged: views of nothing");
                var figure = new BreakdownFigure(hour, kind, key)
                {
                    Views = reader.Number(),
                    Entrances = reader.Number(),
                    Exits = reader.Number(),
                    Bounces = reader.Number(),
                };
                if (!keys.ByKey.TryAdd(key, figure))
                    throw new InvalidDataException("The snapshot is damaged: a page twice");
                _changes.Mark(figure);
            }
        }
    }

    Keys Of(int hour, BreakdownKind kind)
    {
        ref var last = ref _last[(int)kind];
        if (last.Keys is null || last.Hour != hour)
        {
            if (!_hours.TryGetValue((hour, kind), out var keys))
                _hours.Add((hour, kind), keys = new Keys(hour, kind));
            last = (hour, keys);
        }
        return last.Keys;
    }

    sealed class Keys(int hour, BreakdownKind kind)
    {
        public Dictionary<string, BreakdownFigure> ByKey { get; } = new(StringComparer.Ordinal);

        // Stays so when some are forgotten: whatever was counted with the others is always counted there.
        public bool IsFull { get; set; }

        public BreakdownFigure Get(string key, int most)
        {
            if (ByKey.TryGetValue(key, out var figure))
                return figure;
            if (!IsFull)
            {
                ByKey.Add(key, figure = new BreakdownFigure(hour, kind, key));
                IsFull = ByKey.Count == most;
                return figure;
            }
            if (!ByKey.TryGetValue(Other, out var other))
                ByKey.Add(Other, other = new BreakdownFigure(hour, kind, Other));
            return other;
        }
    }
}
