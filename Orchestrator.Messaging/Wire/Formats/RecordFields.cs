using System.Text;
using System.Text.Json;
using Orchestrator.Messaging.Schemas;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>Finds a record's fields in a JSON object. Mostly they stand in the record's order, so each is looked for behind the one before it first.</summary>
/// <param name="names">The fields.</param>
sealed class RecordFields(IEnumerable<string> names)
{
    readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Finds them.</summary>
    /// <param name="value">The object.</param>
    /// <param name="record">The record's name, for what is said when something is wrong.</param>
    /// <param name="found">Gets the value of each, undefined where there is none.</param>
    /// <exception cref="SchemaException">
    /// <c>body_not_of_schema</c>: it is no object, or has a property that the record has not: a newer version has written it, and must not lose it here.
    /// </exception>
    public void Find(JsonElement value, string record, Span<JsonElement> found)
    {
        if (value.ValueKind is not JsonValueKind.Object)
            throw JsonValues.Mismatch(value, $"a {record}");
        found[.._names.Length].Clear();
        var next = 0;
        foreach (var property in value.EnumerateObject())
        {
            var at = IndexOf(property, next);
            if (at < 0)
                throw new SchemaException("body_not_of_schema", $"{record} has no field {property.Name} here; a newer version of this service has");
            found[at] = property.Value;
            next = at + 1;
        }
    }

    int IndexOf(JsonProperty property, int next)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            var at = (next + i) % _names.Length;
            if (property.NameEquals(_names[at]))
                return at;
        }
        return -1;
    }
}
