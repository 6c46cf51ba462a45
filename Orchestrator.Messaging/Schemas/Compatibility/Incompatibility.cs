namespace Orchestrator.Messaging.Schemas.Compatibility;

/// <summary>Why a reader cannot read, or would misread, what a writer writes.</summary>
/// <param name="Code">A stable name, for instance <c>required_property_added</c>.</param>
/// <param name="Path">Where in the schemas it is: a JSON pointer for JSON Schema, names for Avro and Protobuf.</param>
/// <param name="Detail">What is there, for people.</param>
public sealed record Incompatibility(string Code, string Path, string Detail)
{
    /// <inheritdoc />
    public override string ToString() => $"{Code} at {Path}: {Detail}";
}

/// <summary>An incompatibility of a new schema with one before it.</summary>
/// <param name="Version">The version before, from 1.</param>
/// <param name="Reader">Who cannot read: <c>new</c>, in the backward direction, or <c>old</c>, in the forward one.</param>
/// <param name="What">What is wrong.</param>
public sealed record IncompatibleChange(int Version, string Reader, Incompatibility What)
{
    /// <summary>The reader of the new schema cannot read what was written before.</summary>
    public const string NewReader = "new";

    /// <summary>A reader of an older schema cannot read what will be written.</summary>
    public const string OldReader = "old";
}
