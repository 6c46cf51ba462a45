namespace Orchestrator.Messaging.Schemas.Compatibility;

/// <summary>A schema, with those that it speaks of by name.</summary>
/// <param name="Text">The schema.</param>
/// <param name="References">What it speaks of, and what that speaks of: each behind those that it needs itself.</param>
public sealed record SchemaDocument(string Text, IReadOnlyList<ReferencedSchema> References)
{
    /// <summary>A schema that stands alone.</summary>
    public static SchemaDocument Of(string text) => new(text, []);
}

/// <summary>A schema that others speak of.</summary>
/// <param name="Name">By which name: a type's in Avro, an address in JSON Schema, an imported file's in Protobuf.</param>
/// <param name="Text">The schema.</param>
public sealed record ReferencedSchema(string Name, string Text);
