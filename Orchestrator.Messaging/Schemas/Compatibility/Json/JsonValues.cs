using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Compatibility.Json;

/// <summary>What two schemas say about texts, numbers and named values.</summary>
static class JsonValues
{
    /// <summary>The values of <c>enum</c> or <c>const</c>; null when every value is possible.</summary>
    public static IReadOnlyList<JsonNode?>? Values(JsonObject schema) =>
        schema.TryGetPropertyValue("const", out var only) ? [only] : schema["enum"] is JsonArray several ? [.. several] : null;

    /// <summary>A number, exactly.</summary>
    public static decimal Number(JsonNode value) =>
        decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SchemaException("bad_number", $"{value.ToJsonString()} is no number that can be compared");

    /// <summary>Every value that may be written must be taken.</summary>
    public static void CompareEnums(JsonObject reader, JsonObject writer, string path, JsonSchemaReading reading)
    {
        if (Values(reader) is not { } taken)
            return;
        if (Values(writer) is not { } written)
        {
            if (IsMoreThanNull(writer))
                reading.Add("enum_added", path, "any value is written, only named ones are taken");
            return;
        }
        foreach (var value in written.Where(w => !taken.Any(t => JsonNode.DeepEquals(t, w))))
            reading.Add("enum_value_removed", path, $"{value?.ToJsonString() ?? "null"} is written and not taken");
    }

    /// <summary>Lengths, patterns and formats.</summary>
    public static void CompareTexts(JsonObject reader, JsonObject writer, string path, JsonSchemaReading reading)
    {
        Most(reader, writer, "maxLength", "max_length", path, reading);
        Least(reader, writer, "minLength", "min_length", path, reading);
        Same(reader, writer, "pattern", path, reading);
        Same(reader, writer, "format", path, reading);
    }

    /// <summary>Ranges and steps.</summary>
    public static void CompareNumbers(JsonObject reader, JsonObject writer, string path, JsonSchemaReading reading)
    {
        Most(reader, writer, "maximum", "maximum", path, reading);
        Most(reader, writer, "exclusiveMaximum", "exclusive_maximum", path, reading);
        Least(reader, writer, "minimum", "minimum", path, reading);
        Least(reader, writer, "exclusiveMinimum", "exclusive_minimum", path, reading);
        if (reader["multipleOf"] is not { } step)
            return;
        if (writer["multipleOf"] is not { } steps)
            reading.Add("multiple_of_added", path, $"only multiples of {step.ToJsonString()} are taken");
        else if (Number(step) == 0 || Number(steps) % Number(step) != 0)
            reading.Add("multiple_of_changed", path, $"multiples of {steps.ToJsonString()} are written, those of {step.ToJsonString()} are taken");
    }

    /// <summary>An upper bound may be raised or given up, not lowered or introduced.</summary>
    public static void Most(JsonObject reader, JsonObject writer, string keyword, string code, string path, JsonSchemaReading reading)
    {
        if (reader[keyword] is not { } bound)
            return;
        if (writer[keyword] is not { } written)
            reading.Add($"{code}_added", path, $"at most {bound.ToJsonString()} is taken");
        else if (Number(written) > Number(bound))
            reading.Add($"{code}_decreased", path, $"up to {written.ToJsonString()} is written, {bound.ToJsonString()} is taken");
    }

    /// <summary>A lower bound may be lowered or given up.</summary>
    public static void Least(JsonObject reader, JsonObject writer, string keyword, string code, string path, JsonSchemaReading reading)
    {
        if (reader[keyword] is not { } bound)
            return;
        if (writer[keyword] is not { } written)
        {
            // Nothing is shorter than nothing.
            if (bound.GetValueKind() is not JsonValueKind.Number || Number(bound) != 0 || !code.StartsWith("min_", StringComparison.Ordinal))
                reading.Add($"{code}_added", path, $"at least {bound.ToJsonString()} is taken");
        }
        else if (Number(written) < Number(bound))
            reading.Add($"{code}_increased", path, $"from {written.ToJsonString()} is written, from {bound.ToJsonString()} is taken");
    }

    // Which texts two patterns have in common is not asked: they are the same or they are not.
    static void Same(JsonObject reader, JsonObject writer, string keyword, string path, JsonSchemaReading reading)
    {
        if (reader[keyword] is not { } taken)
            return;
        if (writer[keyword] is not { } written)
            reading.Add($"{keyword}_added", path, $"only {taken.ToJsonString()} is taken");
        else if (!JsonNode.DeepEquals(taken, written))
            reading.Add($"{keyword}_changed", path, $"{written.ToJsonString()} is written, {taken.ToJsonString()} is taken");
    }

    static bool IsMoreThanNull(JsonObject writer) => writer["type"] is not JsonValue type || type.GetValue<string>() is not "null";
}
