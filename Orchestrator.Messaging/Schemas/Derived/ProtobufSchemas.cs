using System.Globalization;
using System.Text;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>
/// The proto3 file of a message. Numbers of fields and named values are those of the versions before; what is new takes the next, what is gone stays reserved.
/// What may be missing is optional; a list or map that may be missing is in a message of its own, so that none is told from an empty one. Every enum
/// begins with a value that says nothing.
/// </summary>
public sealed class ProtobufSchemas
{
    const int LineLength = 140;

    readonly ProtobufNumbers _numbers;
    readonly Dictionary<string, Type> _declared = new(StringComparer.Ordinal);
    readonly List<string> _types = [];
    bool _hasInstants;

    ProtobufSchemas(ProtobufNumbers numbers) => _numbers = numbers;

    /// <summary>Its text.</summary>
    /// <param name="contract">The message.</param>
    /// <param name="before">The files of the versions before, the oldest first; none for the first version.</param>
    /// <exception cref="SchemaException">Something in the message has no counterpart in Protobuf, or an older file cannot be read.</exception>
    public static string Text(MessageContract contract, IReadOnlyList<string> before)
    {
        var schemas = new ProtobufSchemas(new ProtobufNumbers(before));
        schemas.Declare(ShapeReader.Of(contract));
        var text = new StringBuilder();
        text.Append("syntax = \"proto3\";\n\n");
        text.Append(CultureInfo.InvariantCulture, $"package {WireNames.Space(contract)};\n\n");
        if (schemas._hasInstants)
            text.Append("import \"google/protobuf/timestamp.proto\";\n\n");
        return text.AppendJoin('\n', schemas._types).ToString();
    }

    // A message stands before those that it speaks of: the first of the file is the one that travels.
    void Declare(RecordShape record)
    {
        if (WireNames.IsDeclared(record.Name, record.Type, _declared))
            return;
        var place = _types.Count;
        _types.Add("");
        var fields = record.Fields.ToDictionary(f => WireNames.Snake(f.Name), StringComparer.Ordinal);
        var numbered = _numbers.OfMessage(record.Name, [.. fields.Keys]);
        var text = new StringBuilder();
        Comment(text, ContractDocs.Summary(record.Type), "");
        text.Append(CultureInfo.InvariantCulture, $"message {record.Name} {{\n");
        Reserved(text, numbered);
        foreach (var (name, number) in numbered.Numbers.OrderBy(n => n.Value))
        {
            var field = fields[name];
            Comment(text, ContractDocs.Field(field.Declared, field.Name), "  ");
            text.Append(CultureInfo.InvariantCulture, $"  {Type(record.Name, field)} {name} = {number};\n");
        }
        _types[place] = text.Append("}\n").ToString();
    }

    string Type(string record, ShapeField field)
    {
        var isOptional = !field.IsRequired;
        return field.Shape switch
        {
            ListShape or MapShape when isOptional => $"optional {Wrapper(record, field)}",
            ListShape list => $"repeated {Single(list.Items, record, field)}",
            MapShape map => $"map<string, {Single(map.Values, record, field)}>",
            _ => (isOptional ? "optional " : "") + Single(field.Shape, record, field),
        };
    }

    string Single(ContractShape shape, string record, ShapeField field)
    {
        switch (shape)
        {
            case ScalarShape scalar:
                _hasInstants |= scalar.Kind is ScalarKind.Instant;
                return Scalar(scalar.Kind);
            case EnumShape named:
                Declare(named);
                return named.Name;
            case RecordShape inner:
                Declare(inner);
                return inner.Name;
            default:
                throw new SchemaException("type_without_counterpart", $"{record}.{field.Name} holds lists in lists, which Protobuf has not");
        }
    }

    string Wrapper(string record, ShapeField field)
    {
        var (suffix, type) = field.Shape switch
        {
            ListShape list => ("List", $"repeated {Single(list.Items, record, field)} items"),
            MapShape map => ("Map", $"map<string, {Single(map.Values, record, field)}> entries"),
            _ => throw new ArgumentException("neither a list nor a map", nameof(field)),
        };
        var name = record + WireNames.Pascal(field.Name) + suffix;
        if (!WireNames.IsDeclared(name, field.Declared, _declared))
            _types.Add($"// {WireNames.Snake(field.Name)} of {record}, which may be missing.\nmessage {name} {{\n  {type} = 1;\n}}\n");
        return name;
    }

    void Declare(EnumShape named)
    {
        if (WireNames.IsDeclared(named.Name, named.Type, _declared))
            return;
        var prefix = WireNames.Capitals(char.ToLowerInvariant(named.Name[0]) + named.Name[1..]);
        var members = Enum.GetNames(named.Type).Zip(named.Values).ToDictionary(p => WireNames.ValueName(named.Name, p.Second), p => p.First, StringComparer.Ordinal);
        var numbered = _numbers.OfEnum(named.Name, [.. members.Keys]);
        var text = new StringBuilder();
        Comment(text, ContractDocs.Summary(named.Type), "");
        text.Append(CultureInfo.InvariantCulture, $"enum {named.Name} {{\n");
        Reserved(text, numbered);
        Comment(text, "Not said, or a value that is newer than this file.", "  ");
        text.Append(CultureInfo.InvariantCulture, $"  {prefix}_UNSPECIFIED = 0;\n");
        foreach (var (name, number) in numbered.Numbers.OrderBy(n => n.Value))
        {
            Comment(text, ContractDocs.Value(named.Type, members[name]), "  ");
            text.Append(CultureInfo.InvariantCulture, $"  {name} = {number};\n");
        }
        _types.Add(text.Append("}\n").ToString());
    }

    static string Scalar(ScalarKind kind) => kind switch
    {
        ScalarKind.Text or ScalarKind.Uuid or ScalarKind.Date => "string",
        ScalarKind.Instant => "google.protobuf.Timestamp",
        ScalarKind.Int32 => "int32",
        ScalarKind.Int64 => "int64",
        ScalarKind.Double => "double",
        ScalarKind.Boolean => "bool",
        ScalarKind.Bytes => "bytes",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };

    static void Reserved(StringBuilder text, NumberedNames numbered)
    {
        if (numbered.ReservedNumbers.Count > 0)
            text.Append("  reserved ").AppendJoin(", ", numbered.ReservedNumbers.Select(r => r.From == r.To ? $"{r.From}" : $"{r.From} to {r.To}")).Append(";\n");
        if (numbered.ReservedNames.Count > 0)
            text.Append("  reserved ").AppendJoin(", ", numbered.ReservedNames.Select(n => $"\"{n}\"")).Append(";\n");
    }

    static void Comment(StringBuilder text, string? words, string indent)
    {
        var line = new StringBuilder();
        foreach (var word in (words ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && indent.Length + 3 + line.Length + word.Length + 1 > LineLength)
            {
                text.Append(indent).Append("// ").Append(line).Append('\n');
                line.Clear();
            }
            line.Append(line.Length > 0 ? " " : "").Append(word);
        }
        if (line.Length > 0)
            text.Append(indent).Append("// ").Append(line).Append('\n');
    }
}
