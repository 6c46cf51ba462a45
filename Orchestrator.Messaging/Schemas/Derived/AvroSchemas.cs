using System.Text.Json.Nodes;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>
/// The Avro schema of a message. Fields have their names in JSON; what may be missing is a union with null first, and null its default; an instant is
/// timestamp-micros, a UUID a text of that logical type; an amount is a long of minor units, never a decimal.
/// </summary>
public static class AvroSchemas
{
    /// <summary>Its text, indented, with a line end behind it.</summary>
    /// <exception cref="SchemaException">Something in the message has no counterpart in Avro.</exception>
    public static string Text(MessageContract contract)
    {
        var declared = new Dictionary<string, Type>(StringComparer.Ordinal);
        var schema = Record(ShapeReader.Of(contract), declared, WireNames.Space(contract)).AsObject();
        return JsonSchemas.Text(schema);
    }

    static JsonNode Type(ContractShape shape, Dictionary<string, Type> declared) => shape switch
    {
        ScalarShape scalar => Scalar(scalar.Kind),
        EnumShape named => Enumeration(named, declared),
        ListShape list => new JsonObject { ["type"] = "array", ["items"] = Type(list.Items, declared) },
        MapShape map => new JsonObject { ["type"] = "map", ["values"] = Type(map.Values, declared) },
        RecordShape record => Record(record, declared, space: null),
        _ => throw new SchemaException("type_without_counterpart", $"{shape.GetType().Name} is not in Avro"),
    };

    static JsonNode Scalar(ScalarKind kind) => kind switch
    {
        ScalarKind.Text => "string",
        ScalarKind.Uuid => Logical("string", "uuid"),
        ScalarKind.Instant => Logical("long", "timestamp-micros"),
        ScalarKind.Date => Logical("int", "date"),
        ScalarKind.Int32 => "int",
        ScalarKind.Int64 => "long",
        ScalarKind.Double => "double",
        ScalarKind.Boolean => "boolean",
        ScalarKind.Bytes => "bytes",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };

    static JsonObject Logical(string type, string meaning) => new() { ["type"] = type, ["logicalType"] = meaning };

    // A named type is declared where it is met first, and called by its name from there on.
    static JsonNode Record(RecordShape record, Dictionary<string, Type> declared, string? space)
    {
        if (WireNames.IsDeclared(record.Name, record.Type, declared))
            return record.Name;
        var schema = new JsonObject { ["type"] = "record", ["name"] = record.Name };
        if (space is not null)
            schema["namespace"] = space;
        if (ContractDocs.Summary(record.Type) is { } summary)
            schema["doc"] = summary;
        schema["fields"] = new JsonArray([.. record.Fields.Select(f => Field(f, declared))]);
        return schema;
    }

    static JsonNode Enumeration(EnumShape named, Dictionary<string, Type> declared)
    {
        if (WireNames.IsDeclared(named.Name, named.Type, declared))
            return named.Name;
        var schema = new JsonObject { ["type"] = "enum", ["name"] = named.Name };
        if (ContractDocs.Summary(named.Type) is { } summary)
            schema["doc"] = summary;
        schema["symbols"] = new JsonArray([.. named.Values.Select(v => (JsonNode)v)]);
        return schema;
    }

    static JsonObject Field(ShapeField field, Dictionary<string, Type> declared)
    {
        var schema = new JsonObject { ["name"] = field.Name };
        if (ContractDocs.Field(field.Declared, field.Name) is { } text)
            schema["doc"] = text;
        var type = Type(field.Shape, declared);
        schema["type"] = field.IsNullable ? new JsonArray("null", type) : type;
        if (!field.IsRequired)
            schema["default"] = field.Default?.DeepClone();
        return schema;
    }
}
