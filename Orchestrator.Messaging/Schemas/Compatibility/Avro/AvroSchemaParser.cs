using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Messaging.Schemas.Compatibility.Avro;

/// <summary>Reads an Avro schema as its specification (1.12) declares it.</summary>
sealed partial class AvroSchemaParser
{
    const int MaxDepth = 64;

    readonly Dictionary<string, AvroNamed> _named = new(StringComparer.Ordinal);
    int _depth;

    /// <summary>Reads one.</summary>
    /// <exception cref="SchemaException">The text is no Avro schema.</exception>
    public static AvroType Parse(string text) => Parse(SchemaDocument.Of(text));

    /// <summary>Reads one; what it speaks of is declared before it.</summary>
    /// <exception cref="SchemaException">The text is no Avro schema.</exception>
    public static AvroType Parse(SchemaDocument document)
    {
        try
        {
            var parser = new AvroSchemaParser();
            foreach (var reference in document.References)
                parser.Read(JsonNode.Parse(reference.Text), "");
            return parser.Read(JsonNode.Parse(document.Text), "");
        }
        catch (JsonException e)
        {
            throw new SchemaException("not_json", e.Message);
        }
        catch (InvalidOperationException e)
        {
            throw new SchemaException("bad_schema", e.Message);
        }
    }

    AvroType Read(JsonNode? node, string space)
    {
        if (++_depth > MaxDepth)
            throw new SchemaException("too_deep", $"more than {MaxDepth} levels");
        var type = node switch
        {
            JsonValue name => Named(name.GetValue<string>(), space, node: null),
            JsonArray branches => Union(branches, space),
            JsonObject o => ReadObject(o, space),
            _ => throw new SchemaException("bad_schema", "a type is a name, an object or an array"),
        };
        _depth--;
        return type;
    }

    AvroType ReadObject(JsonObject o, string space)
    {
        if (o["type"] is not JsonValue kind)
            return Read(o["type"] ?? throw new SchemaException("bad_schema", $"{o.GetPath()} has no type"), space);
        return kind.GetValue<string>() switch
        {
            "array" => new AvroArray(Read(o["items"], space)),
            "map" => new AvroMap(Read(o["values"], space)),
            "record" or "error" => Record(o, space),
            "enum" => Enumeration(o, space),
            "fixed" => Fixed(o, space),
            var name => Named(name, space, o),
        };
    }

    AvroType Named(string name, string space, JsonObject? node)
    {
        if (AvroPrimitive.All.Contains(name))
        {
            return new AvroPrimitive(name)
            {
                LogicalType = node?["logicalType"]?.GetValue<string>(),
                Precision = node?["precision"]?.GetValue<int>() ?? 0,
                Scale = node?["scale"]?.GetValue<int>() ?? 0,
            };
        }
        return _named.TryGetValue(Full(name, space), out var named) || _named.TryGetValue(name, out named)
            ? named
            : throw new SchemaException("unknown_type", $"{name} is not declared before it is used");
    }

    AvroUnion Union(JsonArray branches, string space)
    {
        var types = branches.Select(b => Read(b, space)).ToList();
        if (types.Any(t => t is AvroUnion))
            throw new SchemaException("union_in_union", $"{branches.GetPath()} holds another union");
        var twice = types.GroupBy(t => t is AvroNamed named ? named.FullName : t.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any());
        return twice is null ? new AvroUnion(types) : throw new SchemaException("repeated_branch", $"{branches.GetPath()} has {twice.Key} twice");
    }

    AvroRecord Record(JsonObject o, string space)
    {
        var (name, inner) = NameOf(o, space);
        var record = Declare(new AvroRecord(name, Aliases(o, inner)));
        var fields = new List<AvroField>();
        foreach (var field in o["fields"]?.AsArray() ?? throw new SchemaException("bad_schema", $"record {name} has no fields"))
        {
            var declared = field?.AsObject() ?? throw new SchemaException("bad_schema", $"a field of record {name} is null");
            var called = Valid(declared["name"]?.GetValue<string>());
            if (fields.Exists(f => string.Equals(f.Name, called, StringComparison.Ordinal)))
                throw new SchemaException("repeated_field", $"record {name} has {called} twice");
            var type = Read(declared["type"], inner);
            var hasDefault = declared.TryGetPropertyValue("default", out var value);
            if (hasDefault && !AvroDefaults.Fits(type, value))
                throw new SchemaException("bad_default", $"the default of {name}.{called} is no {type.Name}; that of a union is of its first branch");
            var aliases = declared["aliases"] is JsonArray others ? others.Select(Text).ToList() : [];
            fields.Add(new AvroField(called, aliases, type, hasDefault, value));
        }
        record.Fields = fields;
        return record;
    }

    AvroEnum Enumeration(JsonObject o, string space)
    {
        var (name, inner) = NameOf(o, space);
        var symbols = (o["symbols"]?.AsArray() ?? throw new SchemaException("bad_schema", $"enum {name} has no symbols")).Select(s => Valid(s?.GetValue<string>())).ToList();
        if (symbols.Distinct(StringComparer.Ordinal).Count() != symbols.Count)
            throw new SchemaException("repeated_symbol", $"enum {name} has a symbol twice");
        var fallback = o["default"]?.GetValue<string>();
        if (fallback is not null && !symbols.Contains(fallback))
            throw new SchemaException("bad_default", $"the default of enum {name} is none of its symbols");
        return Declare(new AvroEnum(name, Aliases(o, inner), symbols, fallback));
    }

    AvroFixed Fixed(JsonObject o, string space)
    {
        var (name, inner) = NameOf(o, space);
        return Declare(new AvroFixed(name, Aliases(o, inner), o["size"]?.GetValue<int>() ?? throw new SchemaException("bad_schema", $"fixed {name} has no size"))
        {
            LogicalType = o["logicalType"]?.GetValue<string>(),
            Precision = o["precision"]?.GetValue<int>() ?? 0,
            Scale = o["scale"]?.GetValue<int>() ?? 0,
        });
    }

    T Declare<T>(T named) where T : AvroNamed =>
        _named.TryAdd(named.FullName, named) ? named : throw new SchemaException("repeated_name", $"{named.FullName} is declared twice");

    static (string FullName, string Space) NameOf(JsonObject o, string space)
    {
        var name = o["name"]?.GetValue<string>() ?? throw new SchemaException("bad_schema", $"{o.GetPath()} has no name");
        var full = Full(name, o["namespace"]?.GetValue<string>() ?? space);
        foreach (var part in full.Split('.'))
            Valid(part);
        return (full, full.LastIndexOf('.') is var dot and >= 0 ? full[..dot] : "");
    }

    static List<string> Aliases(JsonObject o, string space) => o["aliases"] is JsonArray aliases ? [.. aliases.Select(a => Full(Text(a), space))] : [];

    static string Text(JsonNode? name) => name?.GetValue<string>() ?? throw new SchemaException("bad_name", "null is no name in Avro");

    static string Full(string name, string space) => name.Contains('.') || space.Length == 0 ? name : $"{space}.{name}";

    static string Valid(string? name) => name is not null && NamePattern().IsMatch(name) ? name : throw new SchemaException("bad_name", $"\"{name}\" is no name in Avro");

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.None, 1_000)]
    private static partial Regex NamePattern();
}
