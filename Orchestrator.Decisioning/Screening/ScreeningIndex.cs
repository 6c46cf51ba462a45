using System.Numerics;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Names;
using Orchestrator.Decisioning.Lists;

namespace Orchestrator.Decisioning.Screening;

/// <summary>
/// The names of one list as applicants are compared with them. Most entries are passed over by their length and by which letters are in them, without a look
/// at the letters' order.
/// </summary>
sealed class ScreeningIndex
{
    /// <summary>What an entry counts all of whose parts are in the applicant's name, or the other way round: a middle name that one of them leaves out.</summary>
    public const int LikenessOfPart = 950;

    const int PartsOfAName = 2;

    readonly string _list;
    readonly Entry[] _entries;

    // The hash of each part of each entry, in order, and beside it the entry: a list of many names takes little more than its texts.
    readonly int[] _partHashes;
    readonly int[] _partEntries;

    ScreeningIndex(string list, ListEntries source, Entry[] entries)
    {
        (_list, Source, _entries) = (list, source, entries);
        var parts = entries.Sum(e => e.PartCount);
        (_partHashes, _partEntries) = (new int[parts], new int[parts]);
        var next = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            foreach (var part in entries[i].Parts())
                (_partHashes[next], _partEntries[next++]) = (Hash(part), i);
        }
        Array.Sort(_partHashes, _partEntries);
    }

    /// <summary>The list of which it was made.</summary>
    public ListEntries Source { get; }

    /// <summary>The index of a list.</summary>
    public static ScreeningIndex Of(string list, ListEntries entries) => new(list, entries, [.. entries.Everything().Select(Entry.Of).Where(e => e.Name.Length > 0)]);

    /// <summary>The entries that resemble <paramref name="name"/>, in any order.</summary>
    /// <param name="name">The applicant's name.</param>
    /// <param name="threshold">From which likeness on, of 1000.</param>
    /// <param name="nowMs">The present, milliseconds since 1970: what has expired does not count.</param>
    public IEnumerable<ScreeningHit> Find(string name, int threshold, long nowMs)
    {
        var asked = Entry.Of(new ListEntryChange(name, ListEntryChange.Never));
        if (asked.Name.Length == 0)
            yield break;
        var parts = PartHits(asked);
        for (var i = 0; i < _entries.Length; i++)
        {
            var entry = _entries[i];
            var likeness = Math.Max(Likeness(asked, entry, threshold), parts.Contains(i) ? LikenessOfPart : 0);
            if (likeness >= threshold && entry.ExpiresAtMs > nowMs)
                yield return new ScreeningHit(_list, entry.Value, likeness);
        }
    }

    static int Likeness(Entry a, Entry b, int threshold)
    {
        var longest = Math.Max(a.Name.Length, b.Name.Length);
        var allowed = NameLikeness.Allowed(longest, threshold);
        // A slip changes at most two of the letters that are in a name: one comes and one goes.
        if (Math.Abs(a.Name.Length - b.Name.Length) > allowed || BitOperations.PopCount(a.Letters ^ b.Letters) > 2 * allowed)
            return 0;
        var slips = Math.Min(NameLikeness.Slips(a.Name, b.Name, allowed), NameLikeness.Slips(a.AsWritten, b.AsWritten, allowed));
        return slips > allowed ? 0 : NameLikeness.Of(slips, longest);
    }

    HashSet<int> PartHits(Entry asked)
    {
        var shared = new Dictionary<int, int>();
        foreach (var part in asked.Parts())
        {
            foreach (var entry in With(part))
                shared[entry] = shared.GetValueOrDefault(entry) + 1;
        }
        return [.. shared.Where(s => s.Value >= PartsOfAName && s.Value == Math.Min(asked.PartCount, _entries[s.Key].PartCount)).Select(s => s.Key)];
    }

    // The entries that have a part.
    IEnumerable<int> With(string part)
    {
        var hash = Hash(part);
        var at = Array.BinarySearch(_partHashes, hash);
        while (at > 0 && _partHashes[at - 1] == hash)
            at--;
        for (; at >= 0 && at < _partHashes.Length && _partHashes[at] == hash; at++)
        {
            if (_entries[_partEntries[at]].Parts().Contains(part, StringComparer.Ordinal))
                yield return _partEntries[at];
        }
    }

    static int Hash(string part) => part.GetHashCode(StringComparison.Ordinal);

    sealed record Entry(string Value, string Name, string AsWritten, int PartCount, ulong Letters, long ExpiresAtMs)
    {
        /// <summary>Each part once.</summary>
        public IEnumerable<string> Parts() => Name.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal);

        public static Entry Of(ListEntryChange entry)
        {
            var parts = PersonName.Parts(entry.Value);
            var letters = 0UL;
            foreach (var c in parts.SelectMany(p => p))
                letters |= 1UL << (c % 64);
            var (name, asWritten) = (string.Join(' ', parts.Order(StringComparer.Ordinal)), string.Join(' ', parts));
            return new Entry(
                entry.Value, name, asWritten == name ? name : asWritten, parts.Distinct(StringComparer.Ordinal).Count(), letters, entry.ExpiresAtMs);
        }
    }
}
