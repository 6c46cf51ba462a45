using System.Globalization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Schemas.History;

/// <summary>
/// Every version of every message's schemas: folders <c>NAME/NUMBER</c>, each with a file for each format and an example. It only grows. The committed one is
/// part of the contracts' assembly, so that whoever writes Avro or Protobuf has the schemas, and the field numbers, at hand.
/// </summary>
public sealed class SchemaHistory
{
    /// <summary>Where the history is in the repository.</summary>
    public const string Folder = "Orchestrator.Contracts/Schemas/history";

    const string ResourcePrefix = "history/";

    static readonly string[] Files = [SchemaVersion.JsonFile, SchemaVersion.AvroFile, SchemaVersion.ProtobufFile, SchemaVersion.ExampleFile];
    static readonly Lazy<SchemaHistory> OfAssembly = new(ReadAssembly);

    readonly SortedDictionary<string, IReadOnlyList<SchemaVersion>> _versions;

    SchemaHistory(SortedDictionary<string, IReadOnlyList<SchemaVersion>> versions) => _versions = versions;

    /// <summary>The history that this build was made with.</summary>
    public static SchemaHistory Committed => OfAssembly.Value;

    /// <summary>The messages that have one, in order of their names.</summary>
    public IReadOnlyCollection<string> Names => _versions.Keys;

    /// <summary>The versions of a message, the oldest first; none when there is no such message.</summary>
    public IReadOnlyList<SchemaVersion> Of(string name) => _versions.TryGetValue(name, out var versions) ? versions : [];

    /// <summary>Reads the history in a folder; it is empty when there is no such folder.</summary>
    /// <exception cref="SchemaException">A version or a file is missing.</exception>
    public static SchemaHistory In(string folder)
    {
        if (!Directory.Exists(folder))
            return new SchemaHistory(new(StringComparer.Ordinal));
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'));
        return Read(files, name => File.ReadAllText(Path.Combine(folder, name)));
    }

    /// <summary>Writes a message's next version into a folder.</summary>
    /// <param name="folder">The history's folder.</param>
    /// <param name="name">The message.</param>
    /// <param name="version">The version; its files must not be there yet.</param>
    /// <exception cref="SchemaException">The version is there already.</exception>
    public static void Write(string folder, string name, SchemaVersion version)
    {
        var path = Path.Combine(folder, name, version.Number.ToString(CultureInfo.InvariantCulture));
        if (Directory.Exists(path))
            throw new SchemaException("version_exists", $"{path} is there already, and the history only grows");
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, SchemaVersion.JsonFile), version.Json);
        File.WriteAllText(Path.Combine(path, SchemaVersion.AvroFile), version.Avro);
        File.WriteAllText(Path.Combine(path, SchemaVersion.ProtobufFile), version.Protobuf);
        File.WriteAllText(Path.Combine(path, SchemaVersion.ExampleFile), version.Example);
    }

    static SchemaHistory ReadAssembly()
    {
        var assembly = typeof(ContractCatalog).Assembly;
        return Read(
            assembly.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Select(n => n[ResourcePrefix.Length..]),
            name =>
            {
                using var text = new StreamReader(assembly.GetManifestResourceStream(ResourcePrefix + name)!);
                return text.ReadToEnd();
            });
    }

    static SchemaHistory Read(IEnumerable<string> files, Func<string, string> read)
    {
        var versions = new SortedDictionary<string, IReadOnlyList<SchemaVersion>>(StringComparer.Ordinal);
        foreach (var contract in files.Select(f => f.Split('/')).GroupBy(Name, StringComparer.Ordinal))
        {
            var numbers = contract.GroupBy(Number).ToDictionary(g => g.Key, g => g.Select(parts => parts[2]).ToHashSet(StringComparer.Ordinal));
            versions.Add(contract.Key, [.. Enumerable.Range(1, numbers.Count).Select(number => Version(contract.Key, number, numbers, read))]);
        }
        return new SchemaHistory(versions);
    }

    static string Name(string[] parts) => parts.Length == 3 ? parts[0] : throw new SchemaException("foreign_file", $"{string.Join('/', parts)} is not NAME/NUMBER/FILE");

    static int Number(string[] parts) => int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new SchemaException("foreign_file", $"{parts[1]} of {parts[0]} is no version's number");

    static SchemaVersion Version(string name, int number, Dictionary<int, HashSet<string>> numbers, Func<string, string> read)
    {
        if (!numbers.TryGetValue(number, out var files))
            throw new SchemaException("version_missing", $"{name} has {numbers.Count} versions, and {number} is none of them");
        foreach (var file in Files.Where(f => !files.Contains(f)))
            throw new SchemaException("file_missing", $"{name}/{number}/{file}");
        return new SchemaVersion(
            number, Text(SchemaVersion.JsonFile), Text(SchemaVersion.AvroFile), Text(SchemaVersion.ProtobufFile), Text(SchemaVersion.ExampleFile));

        string Text(string file) => read($"{name}/{number.ToString(CultureInfo.InvariantCulture)}/{file}");
    }
}
