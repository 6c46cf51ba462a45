using System.Text.Json.Nodes;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.Derived;
using Orchestrator.Messaging.Schemas.History;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Schemas.AsyncApi;

/// <summary>
/// The AsyncAPI 3.0.0 document of all topics and messages, generated from the catalog: a channel for each topic, an operation for each role and direction, each
/// message with its headers, its JSON Schema and an example.
/// </summary>
public static class AsyncApiDocument
{
    const string Headers = "CloudEventHeaders";
    const string ChannelBinding = "0.5.0";

    /// <summary>Its text, indented, with a line end behind it.</summary>
    public static string Text() => JsonSchemas.Text(Create());

    /// <summary>The document.</summary>
    public static JsonObject Create()
    {
        var messages = ContractCatalog.All.GroupBy(c => c.Topic, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Orchestrator",
                ["version"] = "v1",
                ["description"] =
                    "Topics and messages of Orchestrator, which moves money safely and decides in real time. Messages are CloudEvents in Kafka's binary mode. Amounts are integers in minor " +
                    "units, times UTC. Readers pass over fields that they do not know. Messages are delivered at least once; ce_id tells a repeated one. Beside each topic there is one with " +
                    "the suffix .parked, which has a copy of each message that could not be taken, as it came.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["url"] = "https://www.apache.org/licenses/LICENSE-2.0" },
            },
            ["defaultContentType"] = CloudEventHeaders.Json,
            ["channels"] = new JsonObject(Topics.All.Select(t => KeyValuePair.Create(t, (JsonNode?)Channel(t, messages[t])))),
            ["operations"] = new JsonObject(Topics.All.SelectMany(t => Operations(t, messages[t]))),
            ["components"] = new JsonObject
            {
                ["messages"] = new JsonObject(ContractCatalog.All.Select(c => KeyValuePair.Create(c.Type.Name, (JsonNode?)Message(c)))),
                ["schemas"] = new JsonObject(ContractCatalog.All.Select(c => KeyValuePair.Create(c.Type.Name, (JsonNode?)Payload(c))).Prepend(new(Headers, HeadersSchema()))),
            },
        };
    }

    static JsonObject Channel(string topic, List<MessageContract> messages)
    {
        var row = ChannelTable.Rows[topic];
        return new JsonObject
        {
            ["address"] = topic,
            ["title"] = topic,
            ["description"] =
                $"{row.Description} Keyed by {row.Key}: messages of one key are in one partition and take effect in order. The partition is murmur2 of the key's bytes, as Java clients have it " +
                $"(librdkafka: partitioner=murmur2_random); {Topics.DefaultPartitions} partitions unless configured, as many as every topic that is read together with it. Another name may be configured.",
            ["messages"] = new JsonObject(messages.Select(c => KeyValuePair.Create(c.Type.Name, (JsonNode?)Reference($"#/components/messages/{c.Type.Name}")))),
            ["bindings"] = new JsonObject
            {
                ["kafka"] = new JsonObject { ["topic"] = topic, ["partitions"] = Topics.DefaultPartitions, ["bindingVersion"] = ChannelBinding },
            },
        };
    }

    static IEnumerable<KeyValuePair<string, JsonNode?>> Operations(string topic, List<MessageContract> messages)
    {
        var senders = messages.SelectMany(m => ChannelTable.SendersOf(m.Name, topic)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        foreach (var role in senders)
        {
            var sent = messages.Where(m => ChannelTable.SendersOf(m.Name, topic).Contains(role, StringComparer.Ordinal));
            yield return new($"{role}.send.{topic}", Operation("send", role, topic, sent));
        }
        foreach (var role in ChannelTable.Rows[topic].Receivers)
            yield return new($"{role}.receive.{topic}", Operation("receive", role, topic, messages));
    }

    static JsonObject Operation(string action, string role, string topic, IEnumerable<MessageContract> messages) => new()
    {
        ["action"] = action,
        ["channel"] = Reference($"#/channels/{topic}"),
        ["summary"] = action is "send" ? $"The role {role} publishes on {topic}." : $"The role {role} reads {topic}.",
        ["tags"] = new JsonArray(new JsonObject { ["name"] = role }),
        ["messages"] = new JsonArray([.. messages.Select(m => Reference($"#/channels/{topic}/messages/{m.Type.Name}"))]),
    };

    static JsonObject Message(MessageContract contract) => new()
    {
        ["name"] = contract.Name,
        ["title"] = contract.Type.Name,
        ["description"] = ContractDocs.Summary(contract.Type) ?? $"See {contract.Name}.",
        ["contentType"] = CloudEventHeaders.Json,
        ["headers"] = Reference($"#/components/schemas/{Headers}"),
        ["payload"] = Reference($"#/components/schemas/{contract.Type.Name}"),
        ["bindings"] = new JsonObject
        {
            ["kafka"] = new JsonObject { ["key"] = new JsonObject { ["type"] = "string", ["description"] = $"UTF-8; {ChannelTable.Rows[contract.Topic].Key}" }, ["bindingVersion"] = ChannelBinding },
        },
        ["examples"] = new JsonArray(new JsonObject { ["name"] = contract.Type.Name, ["headers"] = ExampleHeaders(contract), ["payload"] = JsonNode.Parse(Example(contract)) }),
    };

    // The example that was committed with the newest version, which is never changed.
    static byte[] Example(MessageContract contract) =>
        SchemaHistory.Committed.Of(contract.Name) is [.., var newest] ? System.Text.Encoding.UTF8.GetBytes(newest.Example) : MessageExample.Of(contract);

    static JsonObject ExampleHeaders(MessageContract contract) => new()
    {
        [CloudEventHeaders.SpecVersion] = "1.0",
        [CloudEventHeaders.Id] = "018f4e2b-7000-7000-8000-0000000000ff",
        [CloudEventHeaders.Type] = contract.Name,
        [CloudEventHeaders.Source] = "/example",
        [CloudEventHeaders.Time] = "2026-01-15T12:00:00Z",
        [CloudEventHeaders.ContentType] = CloudEventHeaders.Json,
    };

    // Words of a schema that stands alone have no place in one that is a part.
    static JsonObject Payload(MessageContract contract)
    {
        var schema = JsonSchemas.Of(contract);
        schema.Remove("$schema");
        schema.Remove("$id");
        schema.Remove("x-topic");
        if (schema["description"] is null)
            schema.Remove("description");
        return schema;
    }

    static JsonObject HeadersSchema() => new()
    {
        ["type"] = "object",
        ["description"] = "CloudEvents 1.0 in Kafka's binary mode: each header is a text in UTF-8.",
        ["properties"] = new JsonObject
        {
            [CloudEventHeaders.SpecVersion] = Header("1.0"),
            [CloudEventHeaders.Id] = Header("Identifies the message: within its source, or everywhere where it is a UUID. A repeated one takes effect once."),
            [CloudEventHeaders.Type] = Header("The message's name, with its version."),
            [CloudEventHeaders.Source] = Header("Who published it."),
            [CloudEventHeaders.Time] = Header("When it came about, RFC 3339; the broker's time counts when it is missing."),
            [CloudEventHeaders.ContentType] = Header("application/json."),
            [CloudEventHeaders.TraceParent] = Header("W3C trace context."),
        },
        ["required"] = new JsonArray(CloudEventHeaders.Id, CloudEventHeaders.Type),
    };

    static JsonObject Header(string description) => new() { ["type"] = "string", ["description"] = description };

    static JsonObject Reference(string to) => new() { ["$ref"] = to };
}
