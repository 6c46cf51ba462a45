using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>From keys to slots, by open addressing: one line of memory for most look-ups, and no allocation until it grows.</summary>
/// <param name="numbers">How many running numbers the state of a key has.</param>
sealed class KeyTable(int numbers)
{
    Bucket[] _buckets = new Bucket[16];
    int _shift = 60;

    public int Count { get; private set; }

    /// <summary>The state of a key, and its slot; null when it is not there. Asks for the state and its numbers, whoever looks for it will look at these next.</summary>
    public KeyState? Find(ulong key, out int slot)
    {
        var buckets = _buckets;
        for (var i = Home(key); ; i = (i + 1) & (buckets.Length - 1))
        {
            ref readonly var bucket = ref buckets[i];
            slot = bucket.Slot;
            if (bucket.Key == key)
            {
                Ahead.Object(bucket.State, KeyState.Size);
                Ahead.Elements(bucket.Running!, numbers);
                return bucket.State;
            }
            if (bucket.Key == 0)
                return null;
        }
    }

    /// <summary>Asks for what a look-up will look at.</summary>
    public void Ask(ulong key) => Ahead.Element(_buckets, Home(key));

    /// <summary>Adds a key that is not there, and not 0.</summary>
    public void Add(ulong key, int slot, KeyState state)
    {
        if ((Count + 1) * 2 > _buckets.Length)
            Grow();
        Place(new Bucket { Key = key, Slot = slot, State = state, Running = state.Numbers });
        Count++;
    }

    /// <summary>Gives a key that is there another slot.</summary>
    public void Move(ulong key, int slot)
    {
        var i = Home(key);
        while (_buckets[i].Key != key)
            i = (i + 1) & (_buckets.Length - 1);
        _buckets[i].Slot = slot;
    }

    /// <summary>Removes a key that is there. What had to stand behind it moves up, so that no marks of the removed are left.</summary>
    public void Remove(ulong key)
    {
        var mask = _buckets.Length - 1;
        var hole = Home(key);
        while (_buckets[hole].Key != key)
            hole = (hole + 1) & mask;
        for (var i = (hole + 1) & mask; _buckets[i].Key != 0; i = (i + 1) & mask)
        {
            if (((i - Home(_buckets[i].Key)) & mask) < ((i - hole) & mask))
                continue;
            _buckets[hole] = _buckets[i];
            hole = i;
        }
        _buckets[hole] = default;
        Count--;
    }

    int Home(ulong key) => (int)((key * 0x9e37_79b9_7f4a_7c15ul) >> _shift);

    void Place(in Bucket placed)
    {
        var i = Home(placed.Key);
        while (_buckets[i].Key != 0)
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
            if (bucket.Key != 0)
                Place(bucket);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    struct Bucket
    {
        public ulong Key;
        public KeyState? State;

        // The state's own, so that both come at the same time.
        public long[]? Running;
        public int Slot;
    }
}
