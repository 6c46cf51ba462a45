using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>Reads a message's shape from what its JSON is written and read by, so that no language says anything else than JSON does.</summary>
public static class ShapeReader
{
    const int MaxDepth = 16;

    static readonly Dictionary<Type, ScalarKind> Scalars = new()
    {
        [typeof(string)] = ScalarKind.Text,
        [typeof(Guid)] = ScalarKind.Uuid,
        [typeof(DateTimeOffset)] = ScalarKind.Instant,
        [typeof(DateOnly)] = ScalarKind.Date,
        [typeof(int)] = ScalarKind.Int32,
        [typeof(long)] = ScalarKind.Int64,
        [typeof(double)] = ScalarKind.Double,
        [typeof(bool)] = ScalarKind.Boolean,
        [typeof(byte[])] = ScalarKind.Bytes,
    };

    /// <summary>A message's shape.</summary>
    /// <exception cref="SchemaException">A field's type has no counterpart in Avro and Protobuf.</exception>
    public static RecordShape Of(MessageContract contract) => (RecordShape)Of(contract.Json, 0);

    static ContractShape Of(JsonTypeInfo type, int depth)
    {
        if (depth == MaxDepth)
            throw new SchemaException("too_deep", $"{type.Type} is nested more than {MaxDepth} times, or holds itself");
        if (Nullable.GetUnderlyingType(type.Type) is { } underlying)
            return Of(type.Options.GetTypeInfo(underlying), depth);
        if (Scalars.TryGetValue(type.Type, out var kind))
            return new ScalarShape(kind);
        if (type.Type.IsEnum)
            return new EnumShape(type.Type, [.. Enum.GetValues(type.Type).Cast<object>().Select(v => JsonSerializer.SerializeToNode(v, type)!.GetValue<string>())]);
        return type.Kind switch
        {
            JsonTypeInfoKind.Enumerable => new ListShape(Of(type.Options.GetTypeInfo(type.ElementType!), depth + 1)),
            JsonTypeInfoKind.Dictionary when type.KeyType == typeof(string) => new MapShape(Of(type.Options.GetTypeInfo(type.ElementType!), depth + 1)),
            JsonTypeInfoKind.Object => new RecordShape(type.Type, [.. type.Properties.Where(p => p.Get is not null).Select(p => Field(p, depth + 1))]),
            _ => throw new SchemaException("type_without_counterpart", $"{type.Type} is neither in Avro nor in Protobuf"),
        };
    }

    static ShapeField Field(JsonPropertyInfo property, int depth)
    {
        var type = property.Options.GetTypeInfo(property.PropertyType);
        var isNullable = property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null;
        var value = property is { IsRequired: false, AssociatedParameter: { HasDefaultValue: true } parameter } ? Default(parameter.DefaultValue, type) : null;
        if (property.IsRequired == (isNullable || value is not null))
            throw new SchemaException("no_default", $"{property.DeclaringType.Name}.{property.Name} is either required or has a default");
        if (isNullable && value is not null)
            throw new SchemaException("null_is_no_default", $"{property.DeclaringType.Name}.{property.Name} may be null, so null must be what it is when it is missing");
        return new ShapeField(property.Name, property.DeclaringType, Of(type, depth), isNullable, property.IsRequired, value);
    }

    // A default of a type that is no class comes as null where it is the type's own.
    static JsonNode? Default(object? value, JsonTypeInfo type) =>
        value is not null ? JsonSerializer.SerializeToNode(value, type)
        : type.Type.IsValueType && Nullable.GetUnderlyingType(type.Type) is null ? JsonSerializer.SerializeToNode(Activator.CreateInstance(type.Type), type)
        : null;
}
