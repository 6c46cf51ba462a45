using System.Text.Json;
using Orchestrator.Messaging.Schemas.Compatibility.Avro;

namespace Orchestrator.Messaging.Wire.Formats.Avro;

/// <summary>
/// How a reader with one schema reads what was written with another: "Schema Resolution" of Avro's specification. What can come of the writer's schema and would not
/// be understood is refused when it comes, and not before: a newer writer may know more than it says.
/// </summary>
static class AvroResolution
{
    const int MaxDepth = 64;

    /// <summary>Resolves a message.</summary>
    /// <param name="writer">The writer's schema.</param>
    /// <param name="reader">Ours.</param>
    /// <exception cref="BadMessageException"><see cref="BadMessageCodes.WrongSchema"/>: it is of another message; <see cref="BadMessageCodes.SchemaNotRead"/>: nothing that is written with it can be read.</exception>
    public static AvroValueReader Of(AvroType writer, AvroRecord reader)
    {
        if (writer is not AvroRecord record || !string.Equals(record.FullName, reader.FullName, StringComparison.Ordinal))
            throw new BadMessageException(BadMessageCodes.WrongSchema, $"the schema is of {(writer as AvroNamed)?.FullName ?? writer.Name}, and the message's is of {reader.FullName}");
        var resolved = Records(record, reader, 0);
        return resolved is AvroValueReader.Refused refused ? throw new BadMessageException(BadMessageCodes.SchemaNotRead, refused.Why) : resolved;
    }

    static AvroValueReader Resolve(AvroType writer, AvroType reader, int depth)
    {
        if (depth == MaxDepth)
            return new AvroValueReader.Refused($"more than {MaxDepth} levels");
        if (writer is AvroUnion written)
            return new AvroValueReader.Union([.. written.Branches.Select(b => Resolve(b, reader, depth + 1))]);
        if (reader is AvroUnion read)
        {
            return read.Branches.Select(b => Resolve(writer, b, depth + 1)).FirstOrDefault(r => r is not AvroValueReader.Refused)
                ?? new AvroValueReader.Refused($"{writer.Name} is none of {reader.Name}");
        }
        return (writer, reader) switch
        {
            (AvroRecord w, AvroRecord r) when IsNamed(w, r) => Records(w, r, depth),
            (AvroEnum w, AvroEnum r) when IsNamed(w, r) => Enums(w, r),
            (AvroArray w, AvroArray r) => new AvroValueReader.List(Resolve(w.Items, r.Items, depth + 1)),
            (AvroMap w, AvroMap r) => new AvroValueReader.Map(Resolve(w.Values, r.Values, depth + 1)),
            (AvroPrimitive w, AvroPrimitive r) => Primitives(w, r),
            _ => Cannot(writer, reader),
        };
    }

    static AvroValueReader Records(AvroRecord writer, AvroRecord reader, int depth)
    {
        var fields = new List<(JsonEncodedText, AvroType, AvroValueReader?)>();
        var found = new HashSet<AvroField>();
        foreach (var written in writer.Fields)
        {
            var read = reader.Fields.FirstOrDefault(f => string.Equals(f.Name, written.Name, StringComparison.Ordinal) || f.Aliases.Contains(written.Name, StringComparer.Ordinal));
            fields.Add((JsonEncodedText.Encode((read ?? written).Name), written.Type, read is null ? null : Resolve(written.Type, read.Type, depth + 1)));
            if (read is not null)
                found.Add(read);
        }
        // What the reader has a default for is left out, which says the same in JSON.
        return reader.Fields.FirstOrDefault(f => !f.HasDefault && !found.Contains(f)) is { } missing
            ? new AvroValueReader.Refused($"{reader.Name}.{missing.Name} is not written, and has no default")
            : new AvroValueReader.Record(fields);
    }

    static AvroValueReader.Named Enums(AvroEnum writer, AvroEnum reader) => new(
        reader.Name,
        [.. writer.Symbols.Select(s => reader.Symbols.Contains(s, StringComparer.Ordinal) ? s : reader.Fallback).Select(s => s is null ? (JsonEncodedText?)null : JsonEncodedText.Encode(s))]);

    static AvroValueReader Primitives(AvroPrimitive writer, AvroPrimitive reader)
    {
        // A number that means something else is not read as a number.
        if (!string.Equals(Meaning(writer), Meaning(reader), StringComparison.Ordinal))
            return new AvroValueReader.Refused($"{Meaning(writer) ?? writer.Name} is not read as {Meaning(reader) ?? reader.Name}");
        return (writer.Name, reader.Name) switch
        {
            ("null", "null") => new AvroValueReader.Null(),
            ("boolean", "boolean") or ("int", "int" or "long" or "float" or "double") or ("long", "long" or "float" or "double") or ("float", "float" or "double")
                or ("double", "double") or ("string" or "bytes", "string" or "bytes") => new AvroValueReader.Single(writer.Name, Meaning(reader) ?? reader.Name),
            _ => Cannot(writer, reader),
        };
    }

    static string? Meaning(AvroPrimitive type) => type.LogicalType is "uuid" ? null : type.LogicalType;

    static AvroValueReader.Refused Cannot(AvroType writer, AvroType reader) => new($"{writer.Name} is not read as {reader.Name}");

    static bool IsNamed(AvroNamed writer, AvroNamed reader) => string.Equals(writer.Name, reader.Name, StringComparison.Ordinal) || reader.Aliases.Contains(writer.FullName, StringComparer.Ordinal);
}
