using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.Activity.Visitors;

/// <summary>
/// The visitors, by id, in open addressing by the number of the id; the id itself is compared, so that nobody is taken for another. Each also has a place in a list, by which
/// snapshots go: one that is about to change and is not written yet is written first, so a snapshot is of one moment.
/// </summary>
/// <param name="write">Writes a visitor.</param>
sealed class VisitorTable(Action<IBufferWriter<byte>, Visitor> write)
{
    const int SliceBytes = 16 << 10;

    readonly List<Visitor?> _slots = [];
    readonly Stack<int> _free = new();
    readonly ArrayBufferWriter<byte> _early = new();
    Bucket[] _buckets = new Bucket[16];
    int _shift = 60;
    int _round;
    int _next;
    int _last;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>All of them.</summary>
    public IEnumerable<Visitor> All => _slots.OfType<Visitor>();

    /// <summary>The visitor of an id; null when there is none.</summary>
    public Visitor? Find(string id, ulong hash)
    {
        var buckets = _buckets;
        for (var i = Home(hash); ; i = (i + 1) & (buckets.Length - 1))
        {
            ref readonly var bucket = ref buckets[i];
            if (bucket.Visitor is null)
                return null;
            if (bucket.Hash == hash && Ascii.Equals(bucket.Visitor.Id, id))
                return bucket.Visitor;
        }
    }

    /// <summary>Adds one who is not there.</summary>
    public void Add(Visitor visitor)
    {
        if ((Count + 1) * 4L > _buckets.Length * 3L)
            Grow();
        Place(new Bucket { Hash = visitor.Hash, Visitor = visitor });
        Count++;
        visitor.Round = _round;
        if (_free.TryPop(out var slot))
        {
            _slots[slot] = visitor;
        }
        else
        {
            slot = _slots.Count;
            _slots.Add(visitor);
        }
        visitor.Slot = slot;
    }

    /// <summary>Takes one out who is there.</summary>
    public void Remove(Visitor visitor)
    {
        Changing(visitor);
        var mask = _buckets.Length - 1;
        var hole = Home(visitor.Hash);
        while (!ReferenceEquals(_buckets[hole].Visitor, visitor))
            hole = (hole + 1) & mask;
        // What had to stand behind moves up, so that no marks of the removed are left.
        for (var i = (hole + 1) & mask; _buckets[i].Visitor is not null; i = (i + 1) & mask)
        {
            if (((i - Home(_buckets[i].Hash)) & mask) < ((i - hole) & mask))
                continue;
            _buckets[hole] = _buckets[i];
            hole = i;
        }
        _buckets[hole] = default;
        Count--;
        _slots[visitor.Slot] = null;
        _free.Push(visitor.Slot);
    }

    /// <summary>To be called before anything of a visitor changes.</summary>
    public void Changing(Visitor visitor)
    {
        // One from _last on was not there when the snapshot began, nor was one in a place that has become free since.
        if (visitor.Round == _round || visitor.Slot >= _last)
            return;
        visitor.Round = _round;
        write(_early, visitor);
    }

    /// <summary>A snapshot of what is there now begins.</summary>
    public void BeginSnapshot()
    {
        _round++;
        _early.ResetWrittenCount();
        _next = 0;
        _last = _slots.Count;
    }

    /// <summary>Writes no more of the snapshot that was begun.</summary>
    public void GiveUpSnapshot()
    {
        _early.ResetWrittenCount();
        _last = 0;
    }

    /// <summary>Writes the next slice: visitors, each as when the snapshot began.</summary>
    /// <returns>Whether there is more.</returns>
    public bool Snapshot(IBufferWriter<byte> writer)
    {
        var slots = CollectionsMarshal.AsSpan(_slots);
        while (_next < _last && _early.WrittenCount < SliceBytes)
        {
            if (slots[_next++] is { } visitor)
                Changing(visitor);
        }
        writer.Write(_early.WrittenSpan);
        _early.ResetWrittenCount();
        return _next < _last;
    }

    int Home(ulong hash) => (int)((hash * 0x9e37_79b9_7f4a_7c15ul) >> _shift);

    void Place(in Bucket placed)
    {
        var i = Home(placed.Hash);
        while (_buckets[i].Visitor is not null)
            i = (i + 1) & (_buckets.Length - 1);
        _buckets[i] = placed;
    }

    void Grow()
    {
        var old = _buckets;
        _buckets = new Bucket[old.Length * 2];
        _shift--;
        foreach (var bucket in old)
        {
            if (bucket.Visitor is not null)
                Place(bucket);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    struct Bucket
    {
        public ulong Hash;
        public Visitor? Visitor;
    }
}
