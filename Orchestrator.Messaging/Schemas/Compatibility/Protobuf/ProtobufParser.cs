namespace Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

/// <summary>
/// Reads the part of proto3 that we write: messages and enums, nested or not, maps, optional, repeated, oneof, reserved, options (which are passed over), and the
/// well-known types. Everything else is refused by name.
/// </summary>
sealed class ProtobufParser
{
    const int MaxDepth = 32;
    const int MaxFieldNumber = 536_870_911;

    /// <summary>What well-known types' names begin with.</summary>
    public const string WellKnown = "google.protobuf.";

    static readonly HashSet<string> KeyTypes = new(StringComparer.Ordinal)
    {
        "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string",
    };

    readonly ProtobufTokens _tokens;
    readonly List<ProtobufMessage> _messages = [];
    readonly List<ProtobufEnum> _enums = [];
    readonly ProtobufImports _imports;
    string _package = "";

    ProtobufParser(string text, ProtobufImports imports) => (_tokens, _imports) = (new ProtobufTokens(text), imports);

    /// <summary>Reads a file.</summary>
    /// <exception cref="SchemaException">The text is no proto3, or uses what is not supported.</exception>
    public static ProtobufFile Parse(string text) => Parse(SchemaDocument.Of(text));

    /// <summary>Reads a file, with those that it imports.</summary>
    /// <exception cref="SchemaException">The text is no proto3, or uses what is not supported.</exception>
    public static ProtobufFile Parse(SchemaDocument document)
    {
        var imports = new ProtobufImports();
        foreach (var reference in document.References)
            imports.Add(reference.Name, Parse(reference.Text, imports));
        return Parse(document.Text, imports);
    }

    static ProtobufFile Parse(string text, ProtobufImports known)
    {
        var parser = new ProtobufParser(text, known);
        parser.Read();
        return ProtobufNames.Resolve(new ProtobufFile(parser._package, [.. parser._messages, .. known.Messages], [.. parser._enums, .. known.Enums]));
    }

    void Read()
    {
        _tokens.Expect("syntax");
        _tokens.Expect("=");
        if (_tokens.Text() is not "proto3")
            throw new SchemaException("not_proto3", "only proto3 is read");
        _tokens.Expect(";");
        while (!_tokens.AtEnd)
        {
            switch (_tokens.Take())
            {
                case ";":
                    break;
                case "package":
                    _package = _tokens.Name(dotted: true);
                    _tokens.Expect(";");
                    break;
                case "import":
                    Import();
                    break;
                case "option":
                    _tokens.Skip(";");
                    break;
                case "message":
                    Message("", 0);
                    break;
                case "enum":
                    Enumeration("");
                    break;
                case var other:
                    throw new SchemaException("not_supported", $"line {_tokens.Line}: {other}");
            }
        }
        if (_messages.Count == 0 && _enums.Count == 0)
            throw new SchemaException("bad_proto", "there is no message and no enum");
    }

    void Import()
    {
        _ = _tokens.TryTake("public") || _tokens.TryTake("weak");
        var file = _tokens.Text();
        if (!file.StartsWith("google/protobuf/", StringComparison.Ordinal) && !_imports.Has(file))
            throw new SchemaException("foreign_import", $"{file} is neither a well-known type's nor among the references");
        _tokens.Expect(";");
    }

    void Message(string outer, int depth)
    {
        if (depth == MaxDepth)
            throw new SchemaException("too_deep", $"line {_tokens.Line}: more than {MaxDepth} levels");
        var name = outer + _tokens.Name();
        var (fields, numbers, names) = (new List<ProtobufField>(), new List<(int, int)>(), new List<string>());
        var place = _messages.Count;
        _tokens.Expect("{");
        while (!_tokens.TryTake("}"))
            Member(name, fields, numbers, names, depth);
        var message = new ProtobufMessage(name, fields, new ProtobufReserved(numbers, names));
        Check(message);
        if (_messages.Exists(m => string.Equals(m.Name, name, StringComparison.Ordinal)))
            throw new SchemaException("repeated_name", $"message {name} is declared twice");
        _messages.Insert(place, message);
    }

    void Member(string message, List<ProtobufField> fields, List<(int From, int To)> numbers, List<string> names, int depth)
    {
        if (_tokens.TryTake(";"))
            return;
        if (_tokens.TryTake("message"))
            Message(message + ".", depth + 1);
        else if (_tokens.TryTake("enum"))
            Enumeration(message + ".");
        else if (_tokens.TryTake("reserved"))
            Reserved(numbers, names);
        else if (_tokens.TryTake("option"))
            _tokens.Skip(";");
        else if (_tokens.TryTake("oneof"))
            OneOf(fields);
        else if (_tokens.Peek is "required" or "group" or "extensions" or "extend")
            throw new SchemaException("not_supported", $"line {_tokens.Line}: {_tokens.Peek} is not of proto3");
        else
            fields.Add(Field(oneOf: null));
    }

    void OneOf(List<ProtobufField> fields)
    {
        var name = _tokens.Name();
        _tokens.Expect("{");
        while (!_tokens.TryTake("}"))
        {
            if (_tokens.TryTake("option"))
                _tokens.Skip(";");
            else
                fields.Add(Field(name));
        }
    }

    ProtobufField Field(string? oneOf)
    {
        var label = _tokens.TryTake("optional") ? ProtobufLabel.Optional : _tokens.TryTake("repeated") ? ProtobufLabel.Repeated : ProtobufLabel.Singular;
        if (oneOf is not null && label is not ProtobufLabel.Singular)
            throw new SchemaException("bad_proto", $"line {_tokens.Line}: a field of a oneof has no label");
        var type = _tokens.Name(dotted: true);
        string? key = null;
        if (type is "map" && _tokens.TryTake("<"))
        {
            key = _tokens.Name();
            if (!KeyTypes.Contains(key) || label is not ProtobufLabel.Singular || oneOf is not null)
                throw new SchemaException("bad_proto", $"line {_tokens.Line}: a map stands alone, and its keys are whole numbers, booleans or texts");
            _tokens.Expect(",");
            type = _tokens.Name(dotted: true);
            _tokens.Expect(">");
            label = ProtobufLabel.Map;
        }
        var name = _tokens.Name();
        _tokens.Expect("=");
        var number = _tokens.Number();
        if (_tokens.TryTake("["))
            _tokens.Skip("]");
        _tokens.Expect(";");
        return new ProtobufField(name, number, label, type, key, oneOf);
    }

    void Enumeration(string outer)
    {
        var name = outer + _tokens.Name();
        var (values, numbers, names) = (new List<KeyValuePair<string, int>>(), new List<(int, int)>(), new List<string>());
        _tokens.Expect("{");
        while (!_tokens.TryTake("}"))
        {
            if (_tokens.TryTake(";"))
                continue;
            if (_tokens.TryTake("reserved"))
                Reserved(numbers, names);
            else if (_tokens.TryTake("option"))
                _tokens.Skip(";");
            else
            {
                var value = _tokens.Name();
                _tokens.Expect("=");
                values.Add(new(value, _tokens.Number()));
                if (_tokens.TryTake("["))
                    _tokens.Skip("]");
                _tokens.Expect(";");
            }
        }
        if (values.Count == 0 || values[0].Value != 0)
            throw new SchemaException("no_zero_value", $"the first value of enum {name} is 0 in proto3");
        var reserved = new ProtobufReserved(numbers, names);
        foreach (var (value, number) in values.Where(v => reserved.Holds(v.Value) || reserved.Names.Contains(v.Key)))
            throw new SchemaException("reserved_used", $"{name}.{value} = {number} is reserved");
        _enums.Add(new ProtobufEnum(name, values, reserved));
    }

    void Reserved(List<(int From, int To)> numbers, List<string> names)
    {
        do
        {
            if (_tokens.Peek is ['"' or '\'', ..])
            {
                names.Add(_tokens.Text());
                continue;
            }
            var from = _tokens.Number();
            numbers.Add((from, !_tokens.TryTake("to") ? from : _tokens.TryTake("max") ? int.MaxValue : _tokens.Number()));
        }
        while (_tokens.TryTake(","));
        _tokens.Expect(";");
    }

    static void Check(ProtobufMessage message)
    {
        var (numbers, names) = (new HashSet<int>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var field in message.Fields)
        {
            if (field.Number is < 1 or > MaxFieldNumber or (>= 19_000 and <= 19_999))
                throw new SchemaException("bad_field_number", $"{message.Name}.{field.Name} = {field.Number}");
            if (!numbers.Add(field.Number))
                throw new SchemaException("repeated_field_number", $"{message.Name}.{field.Name} = {field.Number} is another field's, too");
            if (!names.Add(field.Name))
                throw new SchemaException("repeated_field", $"{message.Name} has {field.Name} twice");
            if (message.Reserved.Holds(field.Number) || message.Reserved.Names.Contains(field.Name))
                throw new SchemaException("reserved_used", $"{message.Name}.{field.Name} = {field.Number} is reserved");
        }
    }
}
