using System.Text.Json;
using Orchestrator.Activity.Customers;
using Orchestrator.Contracts;

namespace Orchestrator.Activity.Segments;

/// <summary>A version of a segment, ready to be evaluated.</summary>
public sealed class SegmentDefinition
{
    /// <summary>The longest description.</summary>
    public const int MaxDescription = 500;

    readonly SegmentRule? _rule;

    SegmentDefinition(string name, int version, bool active, SegmentRule? rule) => (Name, Version, Active, _rule) = (name, version, active, rule);

    /// <summary>The segment's name.</summary>
    public string Name { get; }

    /// <summary>Which version it is.</summary>
    public int Version { get; }

    /// <summary>When false nobody is in it.</summary>
    public bool Active { get; }

    /// <summary>Whether this version of the service can evaluate it; if not, whoever is in it stays, and nobody comes in.</summary>
    public bool IsUnderstood => _rule is not null;

    /// <summary>Whether a segment may have this name.</summary>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= 64 } && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-')
        && name is not ("preview" or "backfills" or "fields");

    /// <summary>Compiles a content; null when something is wrong with it.</summary>
    /// <param name="name">The segment's name.</param>
    /// <param name="version">Which version it is.</param>
    /// <param name="content">What it says.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static SegmentDefinition? Compile(string name, int version, SegmentContent content, ContractErrors errors)
    {
        errors.Required(content.Description, "description", MaxDescription);
        var rule = SegmentCompiler.Compile(content.Condition, "condition", errors);
        return errors.None ? new SegmentDefinition(name, version, content.Active, rule) : null;
    }

    /// <summary>What is stored. Of what this version of the service does not know there is no rule.</summary>
    internal static SegmentDefinition Stored(string name, int version, bool active, string condition) =>
        new(name, version, active, SegmentCompiler.Compile(Read(condition), "condition", new ContractErrors()));

    /// <summary>A condition as it is stored.</summary>
    internal static string Write(SegmentCondition condition) => JsonSerializer.Serialize(condition, SegmentJson.Default.SegmentCondition);

    /// <summary>Reads what <see cref="Write"/> gave.</summary>
    internal static SegmentCondition Read(string condition) => JsonSerializer.Deserialize(condition, SegmentJson.Default.SegmentCondition)!;

    /// <summary>Whether a customer is in it.</summary>
    /// <param name="customer">The customer.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="isIn">Whether the customer is in it so far.</param>
    public bool Has(CustomerState customer, DateTimeOffset now, bool isIn) => Active && (_rule is { } rule ? rule.IsTrue(customer, now) : isIn);

    /// <summary>When that may change next though nothing happens; null when it cannot.</summary>
    public DateTimeOffset? NextChange(CustomerState customer, DateTimeOffset now) => Active ? _rule?.NextChange(customer, now) : null;
}

/// <summary>The segments in force.</summary>
/// <param name="Clock">One more with every change of a definition.</param>
/// <param name="Definitions">The latest version of each, by name.</param>
public sealed record SegmentsInForce(long Clock, IReadOnlyList<SegmentDefinition> Definitions)
{
    /// <summary>Before any were read.</summary>
    public static SegmentsInForce None { get; } = new(0, []);
}
