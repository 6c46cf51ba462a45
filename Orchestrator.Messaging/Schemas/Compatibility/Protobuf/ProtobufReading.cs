namespace Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

/// <summary>
/// Whether a reader with one proto file reads what a writer with another has written, on the wire: "Updating A Message Type" of Protobuf's language guide.
/// Fields meet by number; names of fields, messages and packages are not on the wire. Where the guide calls a change safe under a condition that schemas do
/// not show, the direction that needs no condition is taken and the other is refused.
/// </summary>
sealed class ProtobufReading
{
    readonly ProtobufFile _reader;
    readonly ProtobufFile _writer;
    readonly HashSet<(string, string)> _seen = [];
    readonly List<Incompatibility> _found = [];

    ProtobufReading(ProtobufFile reader, ProtobufFile writer) => (_reader, _writer) = (reader, writer);

    /// <summary>What keeps the reader from reading the writer's first message; where there are enums alone, those.</summary>
    public static IReadOnlyList<Incompatibility> Compare(ProtobufFile reader, ProtobufFile writer)
    {
        var reading = new ProtobufReading(reader, writer);
        if (writer.Messages.FirstOrDefault(m => !ProtobufNames.IsImported(m.Name)) is not { } root)
        {
            foreach (var written in writer.Enums.Where(e => !ProtobufNames.IsImported(e.Name)))
            {
                if (reader.Enum(written.Name) is { } read)
                    reading.Enums(read, written, written.Name);
                else
                    reading.Add("enum_removed", written.Name, "the reader has no enum of this name");
            }
        }
        else if (reader.Message(root.Name) is { } message)
            reading.Messages(message, root, root.Name);
        else
            reading.Add("message_removed", root.Name, "the reader has no message of this name");
        return reading._found;
    }

    void Messages(ProtobufMessage reader, ProtobufMessage writer, string path)
    {
        if (!_seen.Add((reader.Name, writer.Name)))
            return;
        foreach (var written in writer.Fields)
        {
            var read = reader.Fields.FirstOrDefault(f => f.Number == written.Number);
            if (read is not null)
                Fields(read, written, reader, $"{path}.{written.Name}");
            else if (reader.Fields.FirstOrDefault(f => string.Equals(f.Name, written.Name, StringComparison.Ordinal)) is { } moved)
                Add("field_number_changed", $"{path}.{written.Name}", $"it is written as {written.Number} and read as {moved.Number}");
            else if (written.OneOf is { } oneOf && reader.Fields.Any(f => f.OneOf is not null && writer.Fields.Any(w => w.Number == f.Number && Same(w.OneOf, oneOf))))
                Add("oneof_field_removed", $"{path}.{written.Name}", $"{oneOf} may be set to it, and the reader would take that for nothing");
        }
        OneOfs(reader, writer, path);
    }

    // A reader keeps one field of a oneof. If the writer may set two of them, one is lost.
    void OneOfs(ProtobufMessage reader, ProtobufMessage writer, string path)
    {
        foreach (var oneOf in reader.Fields.Where(f => f.OneOf is not null).GroupBy(f => f.OneOf, StringComparer.Ordinal))
        {
            var known = writer.Fields.Where(w => oneOf.Any(f => f.Number == w.Number)).ToList();
            if (known.Count > 1 && (known[0].OneOf is null || known.Exists(w => !Same(w.OneOf, known[0].OneOf))))
                Add("fields_moved_into_oneof", $"{path}.{oneOf.Key}", $"{string.Join(", ", known.Select(w => w.Name))} may be written together");
        }
    }

    void Fields(ProtobufField reader, ProtobufField writer, ProtobufMessage message, string path)
    {
        // Two fields that changed places are the same on the wire and different to everybody who reads.
        if (!Same(reader.Name, writer.Name) && message.Fields.Any(f => Same(f.Name, writer.Name)))
            Add("field_number_changed", path, $"{reader.Number} is written as {writer.Name} and read as {reader.Name}, which are both known to the reader");
        if (reader.Label is ProtobufLabel.Map && writer.Label is ProtobufLabel.Map)
        {
            Types(reader.Key!, writer.Key!, $"{path}{{key}}");
            Types(reader.Type, writer.Type, $"{path}{{}}");
        }
        else if (reader.Label is ProtobufLabel.Map || writer.Label is ProtobufLabel.Map)
            Entries(reader, writer, path);
        else
        {
            if (writer.Label is ProtobufLabel.Repeated && reader.Label is not ProtobufLabel.Repeated && IsPacked(writer.Type))
                Add("repeated_made_singular", path, "its numbers are written packed, which a single field cannot read");
            Types(reader.Type, writer.Type, path);
        }
    }

    // On the wire a map is a list of messages of key 1 and value 2.
    void Entries(ProtobufField reader, ProtobufField writer, string path)
    {
        var (map, list, entries) = reader.Label is ProtobufLabel.Map ? (reader, writer, _writer) : (writer, reader, _reader);
        if (list.Label is not ProtobufLabel.Repeated || entries.Message(list.Type) is not { } entry)
        {
            Add("map_changed", path, $"a map is {(reader.Label is ProtobufLabel.Map ? "read" : "written")}, and the other is no list of entries");
            return;
        }
        var (key, value) = (entry.Fields.FirstOrDefault(f => f.Number == 1), entry.Fields.FirstOrDefault(f => f.Number == 2));
        if (key is null || value is null || entry.Fields.Count != 2)
        {
            Add("map_changed", path, $"{entry.Name} is not made of a key, 1, and a value, 2");
            return;
        }
        var mapIsRead = reader.Label is ProtobufLabel.Map;
        Types(mapIsRead ? map.Key! : key.Type, mapIsRead ? key.Type : map.Key!, $"{path}{{key}}");
        Types(mapIsRead ? map.Type : value.Type, mapIsRead ? value.Type : map.Type, $"{path}{{}}");
    }

    void Types(string reader, string writer, string path)
    {
        var (read, written) = (_reader.Message(reader), _writer.Message(writer));
        if (read is not null && written is not null)
            Messages(read, written, path);
        else if (_reader.Enum(reader) is { } readEnum && _writer.Enum(writer) is { } writtenEnum)
            Enums(readEnum, writtenEnum, path);
        else if (IsMessage(writer, written) && reader is "bytes")
        {
            // The bytes are those of the message.
        }
        else if (!Same(reader, writer) && (Wire(reader, _reader) is not { } kind || !Same(kind, Wire(writer, _writer))))
            Add("type_changed", path, $"{writer} is written, {reader} is read");
    }

    // Enums are open in proto3: a number without a name stays a number.
    void Enums(ProtobufEnum reader, ProtobufEnum writer, string path)
    {
        foreach (var (name, number) in writer.Values)
        {
            if (reader.Values.Any(v => Same(v.Key, name)) && !reader.Values.Any(v => Same(v.Key, name) && v.Value == number))
                Add("enum_number_changed", $"{path}.{name}", $"{number} is written, the reader knows the name by another number");
        }
    }

    bool IsPacked(string type) => _writer.Message(type) is null && type is not ("string" or "bytes") && !type.StartsWith(ProtobufParser.WellKnown, StringComparison.Ordinal);

    static bool IsMessage(string type, ProtobufMessage? message) => message is not null || type.StartsWith(ProtobufParser.WellKnown, StringComparison.Ordinal);

    // Types of one kind are written alike; what does not fit is cut, as a cast would. Null for what is like nothing else.
    static string? Wire(string type, ProtobufFile file) => type switch
    {
        "int32" or "uint32" or "int64" or "uint64" or "bool" => "varint",
        "sint32" or "sint64" => "zigzag",
        "fixed32" or "sfixed32" => "32 bits",
        "fixed64" or "sfixed64" => "64 bits",
        "string" or "bytes" => "bytes",
        _ => file.Enum(type) is not null ? "varint" : null,
    };

    static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.Ordinal);

    void Add(string code, string path, string detail) => _found.Add(new Incompatibility(code, path, detail));
}
