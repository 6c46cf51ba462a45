using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>Gives names their numbers: those that they had in the versions before, or the next that was never used.</summary>
sealed class ProtobufNumbers(IReadOnlyList<string> before)
{
    readonly List<ProtobufFile> _before = [.. before.Select(ProtobufParser.Parse)];

    /// <summary>The fields of a message.</summary>
    /// <param name="message">Its name.</param>
    /// <param name="names">The fields, in the record's order.</param>
    public NumberedNames OfMessage(string message, IReadOnlyList<string> names)
    {
        // The last version that had it: reservations are handed on from version to version, so it knows of all before.
        var last = _before.LastOrDefault(f => f.Message(message) is not null)?.Message(message);
        return Number(last is null ? [] : [.. last.Fields.Select(f => KeyValuePair.Create(f.Name, f.Number))], last?.Reserved, names);
    }

    /// <summary>The values of an enum, but for the one that is 0.</summary>
    /// <param name="named">Its name.</param>
    /// <param name="names">The values, in order.</param>
    public NumberedNames OfEnum(string named, IReadOnlyList<string> names)
    {
        var last = _before.LastOrDefault(f => f.Enum(named) is not null)?.Enum(named);
        return Number(last is null ? [] : [.. last.Values.Where(v => v.Value != 0)], last?.Reserved, names);
    }

    static NumberedNames Number(IReadOnlyList<KeyValuePair<string, int>> last, ProtobufReserved? reserved, IReadOnlyList<string> names)
    {
        var known = last.ToDictionary(StringComparer.Ordinal);
        var gone = last.Where(l => !names.Contains(l.Key, StringComparer.Ordinal)).OrderBy(l => l.Value).ToList();
        var ranges = (reserved?.Numbers ?? []).Concat(gone.Select(g => (From: g.Value, To: g.Value))).OrderBy(r => r.From).ToList();
        var next = Math.Max(last.Select(l => l.Value).DefaultIfEmpty(0).Max(), ranges.Select(r => r.To).DefaultIfEmpty(0).Max()) + 1;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in names)
            numbers.Add(name, known.TryGetValue(name, out var number) ? number : next++);
        // A name that comes back is another field: it has another number, and is reserved no longer.
        var namesGone = (reserved?.Names ?? []).Concat(gone.Select(g => g.Key)).Where(n => !numbers.ContainsKey(n)).Distinct(StringComparer.Ordinal);
        return new NumberedNames(numbers, ranges, [.. namesGone]);
    }
}

/// <summary>Names with their numbers, and what must not be used again.</summary>
/// <param name="Numbers">Numbers by name.</param>
/// <param name="ReservedNumbers">Ranges, both ends counted in.</param>
/// <param name="ReservedNames">Names.</param>
sealed record NumberedNames(IReadOnlyDictionary<string, int> Numbers, IReadOnlyList<(int From, int To)> ReservedNumbers, IReadOnlyList<string> ReservedNames);
