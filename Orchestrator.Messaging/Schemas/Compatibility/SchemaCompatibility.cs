using Orchestrator.Messaging.Schemas.Compatibility.Avro;
using Orchestrator.Messaging.Schemas.Compatibility.Json;
using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

namespace Orchestrator.Messaging.Schemas.Compatibility;

/// <summary>
/// Compares schemas. There is one question for each format, whether a reader reads what a writer writes, and it does not ask which of the two is older; the
/// modes ask it in one direction or in both, about the schema before or about all.
/// </summary>
public static class SchemaCompatibility
{
    /// <summary>What keeps a reader with one schema from reading what is written with another.</summary>
    /// <param name="format">The language of both.</param>
    /// <param name="reader">The reader's schema.</param>
    /// <param name="writer">The writer's.</param>
    /// <returns>Nothing when all that is written can be read.</returns>
    /// <exception cref="SchemaException">One of the texts is no schema, or uses what is not supported.</exception>
    public static IReadOnlyList<Incompatibility> Reads(SchemaFormat format, string reader, string writer) => Reads(format, SchemaDocument.Of(reader), SchemaDocument.Of(writer));

    /// <summary>What keeps a reader with one schema from reading what is written with another, where they speak of others.</summary>
    /// <param name="format">The language of both.</param>
    /// <param name="reader">The reader's schema.</param>
    /// <param name="writer">The writer's.</param>
    /// <returns>Nothing when all that is written can be read.</returns>
    /// <exception cref="SchemaException">One of the texts is no schema, or uses what is not supported.</exception>
    public static IReadOnlyList<Incompatibility> Reads(SchemaFormat format, SchemaDocument reader, SchemaDocument writer) => format switch
    {
        SchemaFormat.Json => JsonSchemaReading.Compare(JsonSchemaBundle.Of(reader), JsonSchemaBundle.Of(writer)),
        SchemaFormat.Avro => AvroReading.Compare(AvroSchemaParser.Parse(reader), AvroSchemaParser.Parse(writer)),
        SchemaFormat.Protobuf => ProtobufReading.Compare(ProtobufParser.Parse(reader), ProtobufParser.Parse(writer)),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, message: null),
    };

    /// <summary>Refuses what is no schema: one that cannot even be compared with itself.</summary>
    /// <exception cref="SchemaException">It is no schema, or uses what is not supported.</exception>
    public static void Validate(SchemaFormat format, SchemaDocument schema)
    {
        try
        {
            Reads(format, schema, schema);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or OverflowException)
        {
            // A word has a value of a kind that it never has.
            throw new SchemaException("bad_schema", e.Message);
        }
    }

    /// <summary>What a mode finds wrong with a schema that is to follow others.</summary>
    /// <param name="format">The language of all.</param>
    /// <param name="mode">What is asked for.</param>
    /// <param name="newer">The new one.</param>
    /// <param name="before">Those before it, the oldest first: versions 1, 2, and so on.</param>
    /// <exception cref="SchemaException">One of the texts is no schema, or uses what is not supported.</exception>
    public static IReadOnlyList<IncompatibleChange> Check(SchemaFormat format, CompatibilityMode mode, string newer, IReadOnlyList<string> before) =>
        Check(format, mode, SchemaDocument.Of(newer), [.. before.Select(SchemaDocument.Of)]);

    /// <summary>What a mode finds wrong with a schema that is to follow others, where they speak of others.</summary>
    /// <param name="format">The language of all.</param>
    /// <param name="mode">What is asked for.</param>
    /// <param name="newer">The new one.</param>
    /// <param name="before">Those before it, the oldest first: versions 1, 2, and so on.</param>
    /// <exception cref="SchemaException">One of the texts is no schema, or uses what is not supported.</exception>
    public static IReadOnlyList<IncompatibleChange> Check(SchemaFormat format, CompatibilityMode mode, SchemaDocument newer, IReadOnlyList<SchemaDocument> before)
    {
        var found = new List<IncompatibleChange>();
        if (mode is CompatibilityMode.None)
            return found;
        var first = mode.IsTransitive() ? 0 : Math.Max(0, before.Count - 1);
        for (var i = before.Count - 1; i >= first; i--)
        {
            if (mode.IsBackward())
                found.AddRange(Reads(format, newer, before[i]).Select(what => new IncompatibleChange(i + 1, IncompatibleChange.NewReader, what)));
            if (mode.IsForward())
                found.AddRange(Reads(format, before[i], newer).Select(what => new IncompatibleChange(i + 1, IncompatibleChange.OldReader, what)));
        }
        return found;
    }
}
