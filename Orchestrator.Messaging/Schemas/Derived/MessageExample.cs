using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>
/// An example of a message with every field in it that goes with the others, made up from the shape, the same each time. It is committed with a version of the
/// schema, and every version's example must be taken for ever.
/// </summary>
public sealed class MessageExample
{
    static readonly DateTimeOffset Start = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    readonly Dictionary<string, string> _uuids = new(StringComparer.Ordinal);
    int _instants;

    /// <summary>The example's bytes: what a writer in C# writes.</summary>
    /// <exception cref="SchemaException">What was made up is refused by the message's own validation: a field needs a case of its own here.</exception>
    public static byte[] Of(MessageContract contract)
    {
        var shape = ShapeReader.Of(contract);
        var node = new MessageExample().Record(shape);
        while (true)
        {
            var message = JsonSerializer.Deserialize(node, contract.Json) ?? throw new SchemaException("example_not_valid", contract.Name);
            var errors = message is IContract valid ? ContractErrors.Of(valid).All : [];
            if (errors.Count == 0)
                return JsonSerializer.SerializeToUtf8Bytes(message, contract.Json);
            // Of what excludes each other, what may be missing is left out.
            if (!errors.Any(e => shape.Fields.Any(f => f.IsNullable && string.Equals(f.Name, e.Field, StringComparison.Ordinal)) && node.Remove(e.Field)))
                throw new SchemaException("example_not_valid", $"{contract.Name}: {string.Join("; ", errors)}");
        }
    }

    JsonObject Record(RecordShape record)
    {
        var node = new JsonObject();
        foreach (var field in record.Fields)
            node[field.Name] = Value(field.Shape, field.Name);
        return node;
    }

    JsonNode Value(ContractShape shape, string name) => shape switch
    {
        ScalarShape scalar => Scalar(scalar.Kind, name),
        EnumShape named => named.Values[0],
        ListShape { Items: RecordShape record } when name is "transfers" => new JsonArray(Record(record), Record(record)),
        ListShape list => new JsonArray(Value(list.Items, name)),
        MapShape map => new JsonObject { ["order"] = Value(map.Values, name) },
        RecordShape record => Record(record),
        _ => throw new SchemaException("type_without_counterpart", $"no example of {shape.GetType().Name} {name}"),
    };

    JsonNode Scalar(ScalarKind kind, string name) => kind switch
    {
        ScalarKind.Uuid => Uuid(name),
        ScalarKind.Instant => JsonSerializer.SerializeToNode(Start.AddMinutes(_instants++))!,
        ScalarKind.Date => "1990-05-17",
        ScalarKind.Int32 => 1,
        ScalarKind.Int64 => name.EndsWith("Minor", StringComparison.Ordinal) ? 1250L : 1L,
        ScalarKind.Double => 12.5,
        ScalarKind.Boolean => true,
        // One number, 1.0, as feature vectors are written.
        ScalarKind.Bytes => "AACAPw==",
        _ => Text(name),
    };

    // The same thing is meant wherever it is named, but for transfers, of which there are several.
    string Uuid(string name)
    {
        var key = name is "transferId" ? $"{name} {_uuids.Count}" : name;
        if (!_uuids.TryGetValue(key, out var uuid))
            _uuids.Add(key, uuid = $"018f4e2b-7000-7000-8000-{_uuids.Count + 1:x12}");
        return uuid;
    }

    static string Text(string name) => name switch
    {
        "currency" => "EUR",
        "destinationAccountId" or "counterpartyAccountId" or "contraAccountId" => "bob",
        "ipAddress" or "ip" => "203.0.113.7",
        "fingerprints" => string.Concat(Enumerable.Repeat("0123456789abcdef", 4)),
        "url" or "referrer" => "https://example.com/checkout",
        "documentCountry" or "country" => "DE",
        _ when name.EndsWith("ccountId", StringComparison.Ordinal) || name is "replyKey" => "alice",
        // What the field is called is what is in it.
        _ => WireNames.Snake(name),
    };
}
