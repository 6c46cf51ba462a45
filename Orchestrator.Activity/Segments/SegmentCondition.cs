using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Activity.Segments;

/// <summary>Who is in a segment: exactly one of <paramref name="All"/>, <paramref name="Any"/>, <paramref name="Not"/> and <paramref name="Field"/>.</summary>
/// <param name="All">Every one of these holds.</param>
/// <param name="Any">One of these holds.</param>
/// <param name="Not">This does not hold.</param>
/// <param name="Field">What is compared: one of <see cref="SegmentFields"/>. What a customer does not have compares as false, whatever the operator.</param>
/// <param name="Currency">In which currency, for amounts.</param>
/// <param name="Op"><c>eq</c>, <c>ne</c>, <c>lt</c>, <c>le</c>, <c>gt</c>, <c>ge</c>, <c>in</c> or <c>exists</c>.</param>
/// <param name="Value">With what: an integer, a text, true or false; texts for <c>in</c>.</param>
public sealed record SegmentCondition(
    IReadOnlyList<SegmentCondition>? All = null, IReadOnlyList<SegmentCondition>? Any = null, SegmentCondition? Not = null, string? Field = null, string? Currency = null,
    string? Op = null, JsonElement? Value = null);

/// <summary>What a version of a segment says. It never changes: another content is another version.</summary>
/// <param name="Active">When false nobody is in it.</param>
/// <param name="Description">For people.</param>
/// <param name="Condition">Who is in it.</param>
public sealed record SegmentContent(bool Active, string Description, SegmentCondition Condition);

/// <summary>How definitions are stored.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SegmentCondition))]
[JsonSerializable(typeof(SegmentsDue))]
sealed partial class SegmentJson : JsonSerializerContext;
