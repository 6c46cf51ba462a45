using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Compatibility.Avro;

/// <summary>Whether a default is a value of its field's type.</summary>
static class AvroDefaults
{
    /// <summary>Whether it is.</summary>
    public static bool Fits(AvroType type, JsonNode? value) => type switch
    {
        AvroUnion union => union.Branches.Count > 0 && Fits(union.Branches[0], value),
        AvroArray array => value is JsonArray items && items.All(i => Fits(array.Items, i)),
        AvroMap map => value is JsonObject entries && entries.All(e => Fits(map.Values, e.Value)),
        AvroEnum named => value is JsonValue v && v.GetValueKind() is JsonValueKind.String && named.Symbols.Contains(v.GetValue<string>()),
        AvroRecord record => value is JsonObject fields && record.Fields.All(f => fields.TryGetPropertyValue(f.Name, out var of) ? Fits(f.Type, of) : f.HasDefault),
        AvroFixed => value?.GetValueKind() is JsonValueKind.String,
        _ => FitsPrimitive(type.Name, value),
    };

    static bool FitsPrimitive(string name, JsonNode? value) => (name, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("null", JsonValueKind.Null) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("int", JsonValueKind.Number) => value!.AsValue().TryGetValue<int>(out _),
        ("long", JsonValueKind.Number) => value!.AsValue().TryGetValue<long>(out _),
        ("float" or "double", JsonValueKind.Number) => true,
        ("bytes" or "string", JsonValueKind.String) => true,
        _ => false,
    };
}
