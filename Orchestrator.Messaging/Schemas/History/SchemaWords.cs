using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.History;

/// <summary>Schemas without what they say in words: a better sentence about a field is no new version.</summary>
static class SchemaWords
{
    /// <summary>Whether two schemas differ in words at most.</summary>
    public static bool AreSame(SchemaFormat format, string one, string other) =>
        string.Equals(one, other, StringComparison.Ordinal) || string.Equals(Without(format, one), Without(format, other), StringComparison.Ordinal);

    /// <summary>A schema without its words.</summary>
    public static string Without(SchemaFormat format, string schema) => format switch
    {
        SchemaFormat.Protobuf => string.Join('\n', schema.Split('\n').Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal))),
        SchemaFormat.Avro => Strip(JsonNode.Parse(schema), "doc", within: null)!.ToJsonString(),
        _ => Strip(JsonNode.Parse(schema), "description", within: "properties")!.ToJsonString(),
    };

    // What stands right in "properties" are names of properties, of which one may be called like the word.
    static JsonNode? Strip(JsonNode? node, string word, string? within, bool areNames = false)
    {
        switch (node)
        {
            case JsonObject o:
                if (!areNames)
                    o.Remove(word);
                foreach (var (keyword, value) in o)
                    Strip(value, word, within, !areNames && within is not null && string.Equals(keyword, within, StringComparison.Ordinal));
                break;
            case JsonArray items:
                foreach (var item in items)
                    Strip(item, word, within);
                break;
        }
        return node;
    }
}
