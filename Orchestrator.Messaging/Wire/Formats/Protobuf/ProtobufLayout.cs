using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility.Avro;
using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;
using Orchestrator.Messaging.Schemas.Derived;

namespace Orchestrator.Messaging.Wire.Formats.Protobuf;

/// <summary>
/// How a message that we have derived is laid out in Protobuf: its proto file has the numbers, its Avro schema of the same version says what JSON has in each field,
/// for the proto file alone does not tell an instant's text from any other.
/// </summary>
sealed class ProtobufLayout
{
    readonly ProtobufFile _file;

    ProtobufLayout(ProtobufFile file) => _file = file;

    /// <summary>The layout.</summary>
    /// <exception cref="SchemaException"><c>schemas_differ</c>: the two do not describe the same message.</exception>
    public static ProtobufRecord Of(AvroRecord shape, ProtobufFile file) => new ProtobufLayout(file).Record(shape);

    ProtobufRecord Record(AvroRecord shape)
    {
        var message = _file.Message(shape.Name) ?? throw Differ($"there is no message {shape.Name}");
        var slots = shape.Fields.Select(f => Slot(f, message)).OrderBy(s => s.Number).ToList();
        return slots.Count == message.Fields.Count ? new ProtobufRecord(shape.Name, slots) : throw Differ($"message {shape.Name} has {message.Fields.Count} fields, and the record {slots.Count}");
    }

    ProtobufSlot Slot(AvroField field, ProtobufMessage message)
    {
        var name = WireNames.Snake(field.Name);
        var declared = message.Fields.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.Ordinal)) ?? throw Differ($"message {message.Name} has no field {name}");
        var type = field.Type is AvroUnion { Branches: [AvroPrimitive { Name: "null" }, var other] } ? other : field.Type;
        var (many, single) = type switch
        {
            AvroArray list => (ProtobufMany.List, list.Items),
            AvroMap map => (ProtobufMany.Map, map.Values),
            _ => (ProtobufMany.One, type),
        };
        var held = field.HasDefault && many is not ProtobufMany.One ? _file.Message(declared.Type)?.Fields.SingleOrDefault() : declared;
        if (held is null || held.Label != Label(many, field.HasDefault && many is ProtobufMany.One))
            throw Differ($"field {message.Name}.{name} is {declared.Label} {declared.Type}");
        return new ProtobufSlot(field.Name, declared.Number, many, Value(single, held), field.HasDefault);
    }

    ProtobufValue Value(AvroType type, ProtobufField field)
    {
        var (expected, value) = type switch
        {
            AvroPrimitive { LogicalType: "timestamp-micros" } => ("google.protobuf.Timestamp", new ProtobufValue.Instant()),
            AvroPrimitive { LogicalType: "date" } or AvroPrimitive { Name: "string" } => ("string", new ProtobufValue.Text()),
            AvroPrimitive { Name: "int" } => ("int32", new ProtobufValue.Whole(is32: true)),
            AvroPrimitive { Name: "long" } => ("int64", new ProtobufValue.Whole(is32: false)),
            AvroPrimitive { Name: "double" } => ("double", new ProtobufValue.Real()),
            AvroPrimitive { Name: "boolean" } => ("bool", new ProtobufValue.Boolean()),
            AvroPrimitive { Name: "bytes" } => ("bytes", new ProtobufValue.Bytes()),
            AvroEnum named => (named.Name, Named(named)),
            AvroRecord record => (record.Name, (ProtobufValue)new ProtobufValue.Message(Record(record))),
            _ => throw Differ($"field {field.Name} is {type.Name} in Avro"),
        };
        return string.Equals(expected, field.Type, StringComparison.Ordinal) ? value : throw Differ($"field {field.Name} is {field.Type} where {expected} is expected");
    }

    ProtobufValue.Named Named(AvroEnum named)
    {
        var declared = _file.Enum(named.Name) ?? throw Differ($"there is no enum {named.Name}");
        var numbers = declared.Values.ToDictionary(StringComparer.Ordinal);
        return new ProtobufValue.Named(
            named.Name,
            named.Symbols,
            [.. named.Symbols.Select(s => numbers.TryGetValue(WireNames.ValueName(named.Name, s), out var number) ? number : throw Differ($"enum {named.Name} has no {s}"))]);
    }

    static ProtobufLabel Label(ProtobufMany many, bool isOptional) => many switch
    {
        ProtobufMany.List => ProtobufLabel.Repeated,
        ProtobufMany.Map => ProtobufLabel.Map,
        _ => isOptional ? ProtobufLabel.Optional : ProtobufLabel.Singular,
    };

    static SchemaException Differ(string how) => new("schemas_differ", $"the Avro and Protobuf schemas do not describe the same message: {how}");
}
