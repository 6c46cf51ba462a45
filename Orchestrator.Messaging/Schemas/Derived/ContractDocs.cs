using System.Net;
using System.Text.Json;
using System.Xml.Linq;

namespace Orchestrator.Messaging.Schemas.Derived;

/// <summary>What the records' documentation says, for those who read the schemas alone. Where the documentation file is missing, schemas say nothing in words.</summary>
static class ContractDocs
{
    static readonly Lazy<Dictionary<string, XElement>> Members = new(Load);

    /// <summary>What a type is.</summary>
    public static string? Summary(Type type) => Element($"T:{type.FullName}", "summary") is { } summary ? Plain(summary) : null;

    /// <summary>What a named value of an enum is.</summary>
    public static string? Value(Type type, string member) => Element($"F:{type.FullName}.{member}", "summary") is { } summary ? Plain(summary) : null;

    /// <summary>What a record's field is, by its name in JSON.</summary>
    public static string? Field(Type type, string name) =>
        Members.Value.GetValueOrDefault($"T:{type.FullName}")?.Elements("param")
            .FirstOrDefault(p => string.Equals(JsonNamingPolicy.CamelCase.ConvertName(p.Attribute("name")?.Value ?? ""), name, StringComparison.Ordinal)) is { } text
            ? Plain(text)
            : null;

    static XElement? Element(string member, string element) => Members.Value.GetValueOrDefault(member)?.Element(element);

    static Dictionary<string, XElement> Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Orchestrator.Contracts.xml");
        return !File.Exists(file)
            ? []
            : XDocument.Load(file).Descendants("member").Where(m => m.Attribute("name") is not null).ToDictionary(m => m.Attribute("name")!.Value, StringComparer.Ordinal);
    }

    // References become the last part of what they point at.
    static string Plain(XElement element)
    {
        var text = string.Concat(element.Nodes().Select(n => n is XElement e
            ? (e.Attribute("cref")?.Value.Split('.')[^1] ?? JsonNamingPolicy.CamelCase.ConvertName(e.Attribute("name")?.Value ?? e.Value))
            : n.ToString()));
        return string.Join(' ', WebUtility.HtmlDecode(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
