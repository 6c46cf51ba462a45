namespace Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

/// <summary>The files that another may import, with what they declare under names that hold everywhere: a point, the package, the name.</summary>
sealed class ProtobufImports
{
    readonly HashSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>All messages.</summary>
    public List<ProtobufMessage> Messages { get; } = [];

    /// <summary>All enums.</summary>
    public List<ProtobufEnum> Enums { get; } = [];

    /// <summary>Whether there is a file of this name.</summary>
    public bool Has(string file) => _files.Contains(file);

    /// <summary>Adds what a file declares itself; what it imports is there already.</summary>
    public void Add(string name, ProtobufFile file)
    {
        if (!_files.Add(name))
            return;
        Messages.AddRange(file.Messages.Where(m => !ProtobufNames.IsImported(m.Name))
            .Select(m => m with { Name = Everywhere(m.Name, file), Fields = [.. m.Fields.Select(f => f with { Type = TypeEverywhere(f.Type, file) })] }));
        Enums.AddRange(file.Enums.Where(e => !ProtobufNames.IsImported(e.Name)).Select(e => e with { Name = Everywhere(e.Name, file) }));
    }

    static string Everywhere(string name, ProtobufFile file) => file.Package.Length == 0 ? $".{name}" : $".{file.Package}.{name}";

    static string TypeEverywhere(string type, ProtobufFile file) =>
        ProtobufNames.IsScalar(type) || ProtobufNames.IsImported(type) || type.StartsWith(ProtobufParser.WellKnown, StringComparison.Ordinal) ? type : Everywhere(type, file);
}
