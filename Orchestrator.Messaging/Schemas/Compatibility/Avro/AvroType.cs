using System.Text.Json.Nodes;

namespace Orchestrator.Messaging.Schemas.Compatibility.Avro;

/// <summary>A type of an Avro schema.</summary>
abstract class AvroType
{
    /// <summary>What the bytes mean, for instance <c>timestamp-micros</c>; null when nothing is said.</summary>
    public string? LogicalType { get; init; }

    /// <summary>Digits of a decimal; zero for other types.</summary>
    public int Precision { get; init; }

    /// <summary>Digits behind the point of a decimal; zero for other types.</summary>
    public int Scale { get; init; }

    /// <summary>How it is called in what people read.</summary>
    public abstract string Name { get; }
}

/// <summary>null, boolean, int, long, float, double, bytes or string.</summary>
sealed class AvroPrimitive(string name) : AvroType
{
    /// <summary>All of them.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal) { "null", "boolean", "int", "long", "float", "double", "bytes", "string" };

    /// <inheritdoc />
    public override string Name => name;
}

/// <summary>A list.</summary>
sealed class AvroArray(AvroType items) : AvroType
{
    /// <summary>What is in it.</summary>
    public AvroType Items => items;

    /// <inheritdoc />
    public override string Name => "array";
}

/// <summary>Values by text keys.</summary>
sealed class AvroMap(AvroType values) : AvroType
{
    /// <summary>What is in it.</summary>
    public AvroType Values => values;

    /// <inheritdoc />
    public override string Name => "map";
}

/// <summary>One of several.</summary>
sealed class AvroUnion(IReadOnlyList<AvroType> branches) : AvroType
{
    /// <summary>In order.</summary>
    public IReadOnlyList<AvroType> Branches => branches;

    /// <inheritdoc />
    public override string Name => $"union of {string.Join(", ", branches.Select(b => b.Name))}";
}

/// <summary>A type with a name: record, enum or fixed.</summary>
abstract class AvroNamed(string fullName, IReadOnlyList<string> aliases) : AvroType
{
    /// <summary>With its namespace.</summary>
    public string FullName => fullName;

    /// <summary>Full names under which a reader knows it, too.</summary>
    public IReadOnlyList<string> Aliases => aliases;

    /// <inheritdoc />
    public override string Name => fullName[(fullName.LastIndexOf('.') + 1)..];
}

/// <summary>A record. Its fields are set once they are read, for they may speak of the record itself.</summary>
sealed class AvroRecord(string fullName, IReadOnlyList<string> aliases) : AvroNamed(fullName, aliases)
{
    /// <summary>In order.</summary>
    public IReadOnlyList<AvroField> Fields { get; set; } = [];
}

/// <summary>A field of a record.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Aliases">Names under which a reader knows it, too.</param>
/// <param name="Type">What is in it.</param>
/// <param name="HasDefault">Whether a reader knows what to take when it is not written.</param>
/// <param name="Default">That value; null is also the value null.</param>
sealed record AvroField(string Name, IReadOnlyList<string> Aliases, AvroType Type, bool HasDefault, JsonNode? Default);

/// <summary>Named values.</summary>
sealed class AvroEnum(string fullName, IReadOnlyList<string> aliases, IReadOnlyList<string> symbols, string? fallback) : AvroNamed(fullName, aliases)
{
    /// <summary>In order.</summary>
    public IReadOnlyList<string> Symbols => symbols;

    /// <summary>The <c>default</c>: what a reader takes for a symbol that it does not know; null when it has none.</summary>
    public string? Fallback => fallback;
}

/// <summary>So many bytes.</summary>
sealed class AvroFixed(string fullName, IReadOnlyList<string> aliases, int size) : AvroNamed(fullName, aliases)
{
    /// <summary>How many.</summary>
    public int Size => size;
}
