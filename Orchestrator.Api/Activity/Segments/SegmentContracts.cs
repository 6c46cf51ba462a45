using Orchestrator.Activity.Segments;
using Orchestrator.Api.Versions;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Activity.Segments;

/// <summary>Defines a segment.</summary>
/// <param name="Description">For people, at most 500 characters.</param>
/// <param name="Condition">Who is in it.</param>
/// <param name="Reason">Why it is defined so; kept for ever, at most 500 characters.</param>
/// <param name="Active">When false nobody is in it; true unless said.</param>
public sealed record DefineSegmentRequest(string Description, SegmentCondition Condition, string Reason, bool Active = true)
{
    internal SegmentContent Content => new(Active, Description, Condition);

    internal void Validate(string name, ContractErrors errors)
    {
        if (!SegmentDefinition.IsName(name))
            errors.Add("invalid_name", "name", "1 to 64 lower-case letters, digits and _ -, beginning with a letter or digit; not preview, backfills or fields");
        errors.Required(Reason, "reason", VersionRequests.MaxReason);
        SegmentDefinition.Compile(name, version: 0, Content, errors);
    }
}

/// <summary>Asks whom a definition would take in.</summary>
/// <param name="Condition">Who would be in it.</param>
public sealed record PreviewSegmentRequest(SegmentCondition Condition)
{
    internal SegmentDefinition? Compile(ContractErrors errors) => SegmentDefinition.Compile("preview", version: 0, new SegmentContent(Active: true, "preview", Condition), errors);
}

/// <summary>A segment in a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version in force.</param>
/// <param name="Active">When false nobody is in it.</param>
/// <param name="Description">What it is.</param>
/// <param name="DefinedAt">Since when it is so, UTC.</param>
/// <param name="Customers">How many customers are in it.</param>
public sealed record SegmentSummary(string Name, int Version, bool Active, string Description, DateTimeOffset DefinedAt, long Customers)
{
    internal static SegmentSummary Of(StoredSegment segment, long customers) =>
        new(segment.Name, segment.Version, segment.Content.Active, segment.Content.Description, segment.DefinedAt, customers);
}

/// <summary>A version of a segment.</summary>
/// <param name="Name">The segment.</param>
/// <param name="Version">Which version; the ETag.</param>
/// <param name="Active">When false nobody is in it.</param>
/// <param name="Description">What it is.</param>
/// <param name="Condition">Who is in it.</param>
/// <param name="Author">Who defined it.</param>
/// <param name="Reason">Why.</param>
/// <param name="DefinedAt">When, UTC.</param>
public sealed record SegmentView(
    string Name, int Version, bool Active, string Description, SegmentCondition Condition, string Author, string Reason, DateTimeOffset DefinedAt)
{
    internal static SegmentView Of(StoredSegment stored) => new(
        stored.Name, stored.Version, stored.Content.Active, stored.Content.Description, stored.Content.Condition, stored.Author, stored.Reason, stored.DefinedAt);
}
