namespace Orchestrator.Activity.Figures;

/// <summary>Figures by some key. They are kept as long as they can change, or are not stored.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TFigure">What is counted of one key.</typeparam>
/// <param name="make">Makes one that counts nothing yet.</param>
sealed class Buckets<TKey, TFigure>(Func<TKey, TFigure> make)
    where TKey : struct, IEquatable<TKey>
    where TFigure : Tracked
{
    readonly Dictionary<TKey, TFigure> _all = [];
    readonly Changes<TFigure> _changes = new();
    TKey _lastKey;
    TFigure? _last;

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>How many wait to be handed over.</summary>
    public int Changed => _changes.Count;

    /// <summary>All of them.</summary>
    public IEnumerable<KeyValuePair<TKey, TFigure>> All => _all;

    /// <summary>The figures of a key, to look at; null when there are none.</summary>
    public TFigure? Find(TKey key) => _all.GetValueOrDefault(key);

    /// <summary>The figures of a key, to be changed.</summary>
    public TFigure Touch(TKey key)
    {
        var figure = Get(key);
        _changes.Mark(figure);
        return figure;
    }

    /// <summary>The figures of a key, of which nothing changes that is stored.</summary>
    public TFigure Get(TKey key)
    {
        // Most come in order, so it is the same as before.
        if (_last is null || !_lastKey.Equals(key))
        {
            if (!_all.TryGetValue(key, out var found))
                _all.Add(key, found = make(key));
            (_lastKey, _last) = (key, found);
        }
        return _last;
    }

    /// <summary>Forgets those that cannot change any more and are stored.</summary>
    public void Forget(Func<TKey, TFigure, bool> isOver)
    {
        foreach (var (key, figure) in _all)
        {
            if (figure.IsStored && isOver(key, figure))
                _all.Remove(key);
        }
        _last = null;
    }

    /// <summary>What was handed over last is stored.</summary>
    public void Confirm() => _changes.Confirm();

    /// <summary>Hands over what has changed.</summary>
    public List<TRow> Take<TRow>(Func<TFigure, TRow> row) => _changes.Take(row);
}
