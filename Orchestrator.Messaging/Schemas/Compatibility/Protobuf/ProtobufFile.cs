namespace Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

/// <summary>A proto3 file, as far as we write any.</summary>
/// <param name="Package">Its package; empty when it has none.</param>
/// <param name="Messages">All messages, nested ones too, the first of the file first.</param>
/// <param name="Enums">All enums, nested ones too.</param>
sealed record ProtobufFile(string Package, IReadOnlyList<ProtobufMessage> Messages, IReadOnlyList<ProtobufEnum> Enums)
{
    /// <summary>The message of this full name, package left out.</summary>
    public ProtobufMessage? Message(string name) => Messages.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.Ordinal));

    /// <summary>The enum of this full name, package left out.</summary>
    public ProtobufEnum? Enum(string name) => Enums.FirstOrDefault(e => string.Equals(e.Name, name, StringComparison.Ordinal));
}

/// <summary>A message.</summary>
/// <param name="Name">Its name, behind those of the messages that it is nested in: <c>Outer.Inner</c>.</param>
/// <param name="Fields">Its fields, those of oneofs too.</param>
/// <param name="Reserved">What must not be used again.</param>
sealed record ProtobufMessage(string Name, IReadOnlyList<ProtobufField> Fields, ProtobufReserved Reserved);

/// <summary>A field.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its number on the wire.</param>
/// <param name="Label">How many values it has.</param>
/// <param name="Type">A scalar, or the full name of a message or enum; of a map, the type of its values.</param>
/// <param name="Key">Of a map, the type of its keys; else null.</param>
/// <param name="OneOf">The oneof that it belongs to; null when to none.</param>
sealed record ProtobufField(string Name, int Number, ProtobufLabel Label, string Type, string? Key, string? OneOf);

/// <summary>How many values a field has.</summary>
enum ProtobufLabel
{
    /// <summary>One, and the default is not told from none.</summary>
    Singular,

    /// <summary>One or none.</summary>
    Optional,

    /// <summary>A list.</summary>
    Repeated,

    /// <summary>Values by keys.</summary>
    Map,
}

/// <summary>An enum.</summary>
/// <param name="Name">Its name, behind those of the messages that it is nested in.</param>
/// <param name="Values">Numbers by name, in order.</param>
/// <param name="Reserved">What must not be used again.</param>
sealed record ProtobufEnum(string Name, IReadOnlyList<KeyValuePair<string, int>> Values, ProtobufReserved Reserved);

/// <summary>Numbers and names that must not be used again.</summary>
/// <param name="Numbers">Ranges, both ends counted in.</param>
/// <param name="Names">Names.</param>
sealed record ProtobufReserved(IReadOnlyList<(int From, int To)> Numbers, IReadOnlyList<string> Names)
{
    /// <summary>Whether a number is reserved.</summary>
    public bool Holds(int number) => Numbers.Any(r => number >= r.From && number <= r.To);
}
