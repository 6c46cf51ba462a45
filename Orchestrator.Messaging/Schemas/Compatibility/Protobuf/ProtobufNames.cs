namespace Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

/// <summary>Finds what the types of fields are: scalars, messages and enums of the file, or well-known types.</summary>
static class ProtobufNames
{
    static readonly HashSet<string> Scalars = new(StringComparer.Ordinal)
    {
        "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes",
    };

    /// <summary>Whether a type is a scalar.</summary>
    public static bool IsScalar(string type) => Scalars.Contains(type);

    /// <summary>The file with full names in the place of those that its fields say.</summary>
    public static ProtobufFile Resolve(ProtobufFile file) => file with
    {
        Messages = [.. file.Messages.Select(m => m with { Fields = [.. m.Fields.Select(f => f with { Type = Find(f.Type, m, file) })] })],
    };

    // Names are looked up from the innermost message outwards.
    static string Find(string type, ProtobufMessage within, ProtobufFile file)
    {
        if (IsScalar(type))
            return type;
        var name = type.TrimStart('.');
        if (name.StartsWith(ProtobufParser.WellKnown, StringComparison.Ordinal))
            return name;
        if (file.Package.Length > 0 && name.StartsWith(file.Package + ".", StringComparison.Ordinal))
            name = name[(file.Package.Length + 1)..];
        for (var scope = within.Name; ; scope = scope[..Math.Max(0, scope.LastIndexOf('.'))])
        {
            var full = scope.Length == 0 ? name : $"{scope}.{name}";
            if (file.Message(full) is not null || file.Enum(full) is not null)
                return full;
            if (scope.Length == 0)
                throw new SchemaException("unknown_type", $"{type} of {within.Name} is not in the file");
        }
    }
}
