using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.Decisioning.Lists;

/// <summary>An entry that came, or that went.</summary>
/// <param name="Value">The value.</param>
/// <param name="ExpiresAtMs">Until when it counts, milliseconds since 1970; <see cref="Never"/> for as long as nobody takes it out.</param>
/// <param name="Removed">Whether it was taken out.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ListEntryChange(string Value, long ExpiresAtMs, bool Removed = false)
{
    /// <summary>The expiry of what does not expire.</summary>
    public const long Never = long.MaxValue;
}

/// <summary>
/// The entries of a list, as rules look them up: never changed once made, so any number of threads may ask. A million entries of twenty characters
/// take some forty megabytes: their characters stand one behind the other, found over a table of hashes; what changed since stands before
/// that in a small dictionary, until there is enough of it to write everything anew.
/// </summary>
public sealed class ListEntries
{
    /// <summary>The most entries of a list.</summary>
    public const int MaxEntries = 1_000_000;

    /// <summary>The longest value, characters.</summary>
    public const int MaxValueLength = 128;

    // Below this many changes, writing everything anew is not worth asking about.
    const int FewChanges = 1_024;

    // The first byte of a value that is not ASCII and stands as UTF-16 behind it.
    const byte Wide = 0xFF;

    static readonly Dictionary<string, ListEntryChange> NoChanges = [];

    readonly byte[] _bytes;
    readonly int[] _offsets;
    readonly long[]? _expiries;
    readonly ulong[] _table;
    readonly Dictionary<string, ListEntryChange> _changes;

    ListEntries(byte[] bytes, int[] offsets, long[]? expiries, ulong[] table, Dictionary<string, ListEntryChange> changes) =>
        (_bytes, _offsets, _expiries, _table, _changes) = (bytes, offsets, expiries, table, changes);

    /// <summary>A list without entries.</summary>
    public static ListEntries Empty { get; } = Of([]);

    /// <summary>Whether a value is in the list and has not expired.</summary>
    /// <param name="value">The value.</param>
    /// <param name="nowMs">The present, milliseconds since 1970.</param>
    public bool Contains(string value, long nowMs)
    {
        if (_changes.Count > 0 && _changes.TryGetValue(value, out var change))
            return !change.Removed && change.ExpiresAtMs > nowMs;
        var index = Find(value);
        return index >= 0 && (_expiries is null || _expiries[index] > nowMs);
    }

    /// <summary>How many bytes it holds but for what changed since it was written.</summary>
    internal long HeldBytes => _bytes.Length + (sizeof(int) * (long)_offsets.Length) + (sizeof(ulong) * (long)_table.Length) + (sizeof(long) * (_expiries?.LongLength ?? 0));

    /// <summary>How many values there are, expired ones too.</summary>
    public int CountAll() => Everything().Count();

    /// <summary>The list of these entries; of a value that comes twice the last one counts.</summary>
    /// <exception cref="OverflowException">The values have more than two billion characters together.</exception>
    public static ListEntries Of(IEnumerable<ListEntryChange> entries)
    {
        var last = new Dictionary<string, ListEntryChange>(StringComparer.Ordinal);
        foreach (var entry in entries)
            last[entry.Value] = entry;
        return Write([.. last.Values.Where(e => !e.Removed)]);
    }

    /// <summary>The list after <paramref name="changes"/>, in their order.</summary>
    public ListEntries With(IReadOnlyCollection<ListEntryChange> changes)
    {
        if (changes.Count == 0)
            return this;
        if (_changes.Count + changes.Count > Math.Max(FewChanges, (_offsets.Length - 1) / 8))
            return Of(Everything().Concat(changes));
        var more = new Dictionary<string, ListEntryChange>(_changes, StringComparer.Ordinal);
        foreach (var change in changes)
            more[change.Value] = change;
        return new ListEntries(_bytes, _offsets, _expiries, _table, more);
    }

    static ListEntries Write(List<ListEntryChange> entries)
    {
        var offsets = new int[entries.Count + 1];
        for (var i = 0; i < entries.Count; i++)
            offsets[i + 1] = checked(offsets[i] + Size(entries[i].Value));
        var bytes = new byte[offsets[^1]];
        var expiries = entries.Exists(e => e.ExpiresAtMs != ListEntryChange.Never) ? new long[entries.Count] : null;
        var table = new ulong[TableSize(entries.Count)];
        for (var i = 0; i < entries.Count; i++)
        {
            WriteValue(entries[i].Value, bytes.AsSpan(offsets[i]..offsets[i + 1]));
            if (expiries is not null)
                expiries[i] = entries[i].ExpiresAtMs;
            var hash = Hash(entries[i].Value);
            var slot = hash & (uint)(table.Length - 1);
            while (table[slot] != 0)
                slot = (slot + 1) & (uint)(table.Length - 1);
            table[slot] = ((ulong)hash << 32) | (uint)(i + 1);
        }
        return new ListEntries(bytes, offsets, expiries, table, NoChanges);
    }

    // At most two thirds full, so that a search ends soon.
    static int TableSize(int entries) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, entries + (entries / 2) + 1));

    // The process's own seed is in it: nobody can choose values that all meet in one place.
    static uint Hash(string value) => (uint)value.GetHashCode(StringComparison.Ordinal);

    int Find(string value)
    {
        var hash = Hash(value);
        var mask = (uint)(_table.Length - 1);
        for (var slot = hash & mask; _table[slot] != 0; slot = (slot + 1) & mask)
        {
            if ((uint)(_table[slot] >> 32) != hash)
                continue;
            var index = (int)(uint)_table[slot] - 1;
            if (Same(_bytes.AsSpan(_offsets[index].._offsets[index + 1]), value))
                return index;
        }
        return -1;
    }

    static int Size(string value) => Ascii.IsValid(value) ? value.Length : 1 + (value.Length * sizeof(char));

    static void WriteValue(string value, Span<byte> to)
    {
        if (to.Length == value.Length)
        {
            Ascii.FromUtf16(value, to, out _);
            return;
        }
        to[0] = Wide;
        MemoryMarshal.AsBytes(value.AsSpan()).CopyTo(to[1..]);
    }

    static bool Same(ReadOnlySpan<byte> stored, string value) =>
        stored.Length > 0 && stored[0] == Wide ? stored[1..].SequenceEqual(MemoryMarshal.AsBytes(value.AsSpan())) : Ascii.Equals(stored, value);

    static string Read(ReadOnlySpan<byte> stored) =>
        stored.Length > 0 && stored[0] == Wide ? new string(MemoryMarshal.Cast<byte, char>(stored[1..])) : Encoding.ASCII.GetString(stored);

    /// <summary>Every entry, expired ones too, in no order.</summary>
    internal IEnumerable<ListEntryChange> Everything()
    {
        for (var i = 0; i < _offsets.Length - 1; i++)
        {
            var value = Read(_bytes.AsSpan(_offsets[i].._offsets[i + 1]));
            if (!_changes.ContainsKey(value))
                yield return new ListEntryChange(value, _expiries?[i] ?? ListEntryChange.Never);
        }
        foreach (var change in _changes.Values)
        {
            if (!change.Removed)
                yield return change;
        }
    }
}
