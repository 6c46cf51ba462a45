using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>
/// An example of a message with every field in it, made up from the shape, the same each time. It is committed with a version of the schema, and every
/// version's example must be taken for ever.
/// </summary>
public sealed class MessageExample
{
    static readonly DateTimeOffset Start = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    int _uuids;
    int _instants;

    /// <summary>The example's bytes: what a writer in C# writes.</summary>
    /// <exception cref="SchemaException">What was made up is refused by the message's own validation: a field needs a case of its own here.</exception>
    public static byte[] Of(MessageContract contract)
    {
        var node = new MessageExample().Record(ShapeReader.Of(contract));
        var message = JsonSerializer.Deserialize(node, contract.Json) ?? throw new SchemaException("example_not_valid", contract.Name);
        if (message is IContract valid && ContractErrors.Of(valid) is { None: false } errors)
            throw new SchemaException("example_not_valid", $"{contract.Name}: {string.Join("; ", errors.All)}");
        return JsonSerializer.SerializeToUtf8Bytes(message, contract.Json);
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
        ScalarKind.Uuid => $"018f4e2b-7000-7000-8000-{++_uuids:x12}",
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

    static string Text(string name) => name switch
    {
        "currency" => "EUR",
        "destinationAccountId" or "counterpartyAccountId" or "contraAccountId" => "bob",
        "ipAddress" or "ip" => "203.0.113.7",
        "url" or "referrer" => "https://example.com/checkout",
        "documentCountry" or "country" => "DE",
        _ when name.EndsWith("ccountId", StringComparison.Ordinal) || name is "replyKey" => "alice",
        _ => Words(name),
    };

    // What the field is called is what is in it.
    static string Words(string name) => WireNames.Snake(name);
}
