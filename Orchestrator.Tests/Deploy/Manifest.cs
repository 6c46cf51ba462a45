using Orchestrator.Tests.Approved;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Tests.Deploy;

/// <summary>One document of a YAML file of the repository.</summary>
/// <param name="File">Its path in the repository.</param>
/// <param name="Root">What it says.</param>
sealed record Manifest(string File, YamlNode Root)
{
    /// <summary>What kind of object it is to Kubernetes.</summary>
    public string Kind => Root.Text("kind");

    /// <summary>Its name there.</summary>
    public string Name => Root.Text("metadata", "name");

    /// <summary>All documents of a folder and those below it.</summary>
    public static IReadOnlyList<Manifest> In(string folder) =>
        [.. Directory.GetFiles(Path.Combine(ApprovedText.Root, folder), "*.y*ml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .SelectMany(f => Of(Path.GetRelativePath(ApprovedText.Root, f).Replace('\\', '/')))];

    /// <summary>The documents of a file.</summary>
    public static IReadOnlyList<Manifest> Of(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(ApprovedText.Read(file)));
        return [.. stream.Documents.Select(d => new Manifest(file, d.RootNode))];
    }
}

/// <summary>Ways through a document; what is not there is empty.</summary>
static class YamlPaths
{
    /// <summary>The node at a path, or null.</summary>
    public static YamlNode? At(this YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            node = node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(name), out var next) ? next : null;
        return node;
    }

    /// <summary>The text at a path.</summary>
    public static string Text(this YamlNode? node, params ReadOnlySpan<string> path) => (node.At(path) as YamlScalarNode)?.Value ?? "";

    /// <summary>The number at a path; 0 where there is none.</summary>
    public static int Number(this YamlNode? node, params ReadOnlySpan<string> path) =>
        int.TryParse(node.Text(path), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The items of the list at a path.</summary>
    public static IReadOnlyList<YamlNode> List(this YamlNode? node, params ReadOnlySpan<string> path) => (node.At(path) as YamlSequenceNode)?.Children.ToList() ?? [];

    /// <summary>The names and values of the map at a path.</summary>
    public static IReadOnlyDictionary<string, YamlNode> Map(this YamlNode? node, params ReadOnlySpan<string> path) =>
        (node.At(path) as YamlMappingNode)?.Children.ToDictionary(c => ((YamlScalarNode)c.Key).Value!, c => c.Value, StringComparer.Ordinal) ?? new Dictionary<string, YamlNode>(StringComparer.Ordinal);

    /// <summary>The node and all below it.</summary>
    public static IEnumerable<YamlNode> All(this YamlNode node) => node.AllNodes;
}
