namespace Orchestrator.Activity.Figures;

/// <summary>What has to be stored when it has changed.</summary>
abstract class Tracked
{
    /// <summary>Has changed since it was last handed over.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Was handed over last, and nobody knows yet whether it is stored.</summary>
    public bool IsHandedOver { get; set; }

    /// <summary>Is to be stored no more: it has become part of another, or was erased.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether what is stored is what it is.</summary>
    public bool IsStored => !IsChanged && !IsHandedOver;
}

/// <summary>
/// What has changed and what was handed over. Until the next hand-over is taken nobody knows whether the last one is stored; so what was in that one is kept, and is in snapshots.
/// </summary>
/// <typeparam name="T">What changes.</typeparam>
sealed class Changes<T>
    where T : Tracked
{
    readonly Queue<T> _changed = new();
    readonly List<T> _handedOver = [];

    /// <summary>How many wait.</summary>
    public int Count => _changed.Count;

    /// <summary>This one has changed.</summary>
    public void Mark(T item)
    {
        if (item.IsChanged)
            return;
        item.IsChanged = true;
        _changed.Enqueue(item);
    }

    /// <summary>What was handed over last is stored.</summary>
    public void Confirm()
    {
        foreach (var item in _handedOver)
            item.IsHandedOver = false;
        _handedOver.Clear();
    }

    /// <summary>Drops the one of those that wait which has waited for longest, and may be dropped: it is never stored.</summary>
    public bool TryDrop(Func<T, bool> may)
    {
        for (var left = _changed.Count; left > 0; left--)
        {
            var item = _changed.Dequeue();
            var isDropped = !item.IsGone && may(item);
            if (!isDropped && !item.IsGone)
            {
                _changed.Enqueue(item);
                continue;
            }
            (item.IsChanged, item.IsGone) = (false, true);
            if (isDropped)
                return true;
        }
        return false;
    }

    /// <summary>Hands over what has changed, the earliest change first.</summary>
    /// <param name="row">Makes the row of one.</param>
    /// <param name="most">The most of them; the others wait.</param>
    /// <param name="may">Whether one may be among them; if not, it waits behind the others. Null when all may.</param>
    public List<TRow> Take<TRow>(Func<T, TRow> row, int most = int.MaxValue, Func<T, bool>? may = null)
    {
        var rows = new List<TRow>(Math.Min(most, _changed.Count));
        for (var left = _changed.Count; left > 0 && rows.Count < most; left--)
        {
            var item = _changed.Dequeue();
            if (item.IsGone)
            {
                item.IsChanged = false;
                continue;
            }
            if (may?.Invoke(item) == false)
            {
                _changed.Enqueue(item);
                continue;
            }
            (item.IsChanged, item.IsHandedOver) = (false, true);
            _handedOver.Add(item);
            rows.Add(row(item));
        }
        return rows;
    }
}
