using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>What is in a field of a message, before it is said in a schema's language.</summary>
public abstract record ContractShape;

/// <summary>A single value.</summary>
/// <param name="Kind">Which.</param>
public sealed record ScalarShape(ScalarKind Kind) : ContractShape;

/// <summary>Named values.</summary>
/// <param name="Type">The enum.</param>
/// <param name="Values">Their names on the wire, in order.</param>
public sealed record EnumShape(Type Type, IReadOnlyList<string> Values) : ContractShape
{
    /// <summary>The enum's name.</summary>
    public string Name => Type.Name;
}

/// <summary>A list.</summary>
/// <param name="Items">What is in it.</param>
public sealed record ListShape(ContractShape Items) : ContractShape;

/// <summary>Values by text keys.</summary>
/// <param name="Values">What is in it.</param>
public sealed record MapShape(ContractShape Values) : ContractShape;

/// <summary>A record.</summary>
/// <param name="Type">Which.</param>
/// <param name="Fields">In the record's order.</param>
public sealed record RecordShape(Type Type, IReadOnlyList<ShapeField> Fields) : ContractShape
{
    /// <summary>The record's name.</summary>
    public string Name => Type.Name;
}

/// <summary>A field of a record.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Declared">The record that declares it.</param>
/// <param name="Shape">What is in it.</param>
/// <param name="IsNullable">Whether it may be null, and is left out then.</param>
/// <param name="IsRequired">Whether a message without it is refused.</param>
/// <param name="Default">What it is when it is left out; null too when that is null.</param>
public sealed record ShapeField(string Name, Type Declared, ContractShape Shape, bool IsNullable, bool IsRequired, JsonNode? Default);

/// <summary>The kinds of single values that messages have.</summary>
public enum ScalarKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A UUID.</summary>
    Uuid,

    /// <summary>An instant.</summary>
    Instant,

    /// <summary>A day of the calendar.</summary>
    Date,

    /// <summary>A whole number of 32 bits.</summary>
    Int32,

    /// <summary>A whole number of 64 bits, amounts of money among them.</summary>
    Int64,

    /// <summary>A floating-point number of 64 bits: a measure, never money.</summary>
    Double,

    /// <summary>Yes or no.</summary>
    Boolean,

    /// <summary>Bytes, in JSON as base64.</summary>
    Bytes,
}
