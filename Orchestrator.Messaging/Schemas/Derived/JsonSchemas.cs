using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>The JSON Schema of a message, for whoever does not speak C#: from the records, with what their documentation says.</summary>
public static class JsonSchemas
{
    static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Default) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Its text, indented, with a line end behind it.</summary>
    public static string Text(MessageContract contract) => Text(Of(contract));

    /// <summary>The schema.</summary>
    public static JsonObject Of(MessageContract contract)
    {
        var shape = contract.Json.GetJsonSchemaAsNode(new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = Describe,
        }).AsObject();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"urn:{contract.Name.Replace('.', ':')}",
            ["title"] = contract.Type.Name,
            ["description"] = ContractDocs.Summary(contract.Type),
            ["x-topic"] = contract.Topic,
        };
        foreach (var (keyword, value) in shape.ToList())
        {
            shape.Remove(keyword);
            schema[keyword] = value;
        }
        schema["type"] = "object";
        return schema;
    }

    /// <summary>A schema as it is committed: indented, with a line end behind it.</summary>
    internal static string Text(JsonNode schema) => schema.ToJsonString(Indented) + "\n";

    static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (context.PropertyInfo is { } property && schema is JsonObject node && ContractDocs.Field(property.DeclaringType, property.Name) is { } text)
            node["description"] = text;
        return schema;
    }
}
