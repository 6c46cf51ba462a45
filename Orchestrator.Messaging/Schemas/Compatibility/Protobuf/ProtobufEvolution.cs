namespace Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

/// <summary>
/// What must be kept from one version of a proto file to the next, and is no question of reading one with the other: a number that was used once means that
/// for ever, so whoever removes a field or a value reserves its number.
/// </summary>
static class ProtobufEvolution
{
    /// <summary>What the newer file forgets.</summary>
    /// <exception cref="SchemaException">One of the texts is no proto3.</exception>
    public static IReadOnlyList<Incompatibility> Compare(string newer, string older)
    {
        var (now, before) = (ProtobufParser.Parse(newer), ProtobufParser.Parse(older));
        var found = new List<Incompatibility>();
        foreach (var was in before.Messages)
        {
            if (now.Message(was.Name) is { } message)
            {
                Compare(
                    was.Name, [.. was.Fields.Select(f => KeyValuePair.Create(f.Name, f.Number))], was.Reserved,
                    [.. message.Fields.Select(f => KeyValuePair.Create(f.Name, f.Number))], message.Reserved, found);
            }
        }
        foreach (var was in before.Enums)
        {
            if (now.Enum(was.Name) is { } named)
                Compare(was.Name, was.Values, was.Reserved, named.Values, named.Reserved, found);
        }
        return found;
    }

    static void Compare(
        string path, IReadOnlyList<KeyValuePair<string, int>> before, ProtobufReserved reservedBefore, IReadOnlyList<KeyValuePair<string, int>> now, ProtobufReserved reserved,
        List<Incompatibility> found)
    {
        foreach (var (name, number) in before)
        {
            if (now.All(n => n.Value != number) && !reserved.Holds(number))
                found.Add(new("removed_without_reserving", $"{path}.{name}", $"{number} is not used any more and must be reserved"));
        }
        foreach (var (name, number) in now.Where(n => reservedBefore.Holds(n.Value)))
            found.Add(new("number_used_again", $"{path}.{name}", $"{number} was something else once"));
        foreach (var (from, to) in reservedBefore.Numbers.Where(r => !reserved.Numbers.Any(n => n.From <= r.From && n.To >= r.To)))
        {
            if (!Enumerable.Range(from, Math.Min(to - from + 1, 1_000)).All(reserved.Holds) && !now.Any(n => n.Value >= from && n.Value <= to))
                found.Add(new("reservation_forgotten", path, $"{from}{(to == from ? "" : $" to {to}")} was reserved"));
        }
    }
}
