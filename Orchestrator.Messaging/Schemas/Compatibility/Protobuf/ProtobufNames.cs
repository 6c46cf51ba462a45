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
        Messages = [.. file.Messages.Select(m => IsImported(m.Name) ? m : m with { Fields = [.. m.Fields.Select(f => f with { Type = Find(f.Type, m, file) })] })],
    };

    /// <summary>Whether something is of another file: its name begins with a point, and has its package.</summary>
    public static bool IsImported(string name) => name is ['.', ..];

    // Names are looked up from the innermost message outwards.
    static string Find(string type, ProtobufMessage within, ProtobufFile file)
    {
        if (IsScalar(type))
            return type;
        var name = type.TrimStart('.');
        if (name.StartsWith(ProtobufParser.WellKnown, StringComparison.Ordinal))
            return name;
        return FindHere(name, within, file) ?? FindImported(name, file) ?? throw new SchemaException("unknown_type", $"{type} of {within.Name} is in no file that is known here");
    }

    static string? FindHere(string name, ProtobufMessage within, ProtobufFile file)
    {
        if (file.Package.Length > 0 && name.StartsWith(file.Package + ".", StringComparison.Ordinal))
            name = name[(file.Package.Length + 1)..];
        for (var scope = within.Name; ; scope = scope[..Math.Max(0, scope.LastIndexOf('.'))])
        {
            var full = scope.Length == 0 ? name : $"{scope}.{name}";
            if (Has(full, file))
                return full;
            if (scope.Length == 0)
                return null;
        }
    }

    // Likewise from the innermost part of the package outwards.
    static string? FindImported(string name, ProtobufFile file)
    {
        for (var scope = file.Package; ; scope = scope[..Math.Max(0, scope.LastIndexOf('.'))])
        {
            var full = scope.Length == 0 ? $".{name}" : $".{scope}.{name}";
            if (Has(full, file))
                return full;
            if (scope.Length == 0)
                return null;
        }
    }

    static bool Has(string name, ProtobufFile file) => file.Message(name) is not null || file.Enum(name) is not null;
}
