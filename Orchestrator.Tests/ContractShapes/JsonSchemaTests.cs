using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Xml.Linq;
using System.Xml.XPath;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.ContractShapes;

/// <summary>The JSON Schema of every message, for whoever does not speak C#: generated from the records and committed.</summary>
public sealed class JsonSchemaTests
{
    const string Folder = "Orchestrator.Contracts/Schemas";

    static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Default)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static readonly XDocument Docs = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Orchestrator.Contracts.xml"));

    public static TheoryData<string> Names => [.. ContractCatalog.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Schema_when_compared_with_its_record_is_the_same(string name)
    {
        var contract = ContractCatalog.All.Single(c => c.Name == name);

        ApprovedText.Check($"{Folder}/{name}.json", SchemaOf(contract).ToJsonString(Indented) + "\n");
    }

    [Fact]
    public void Schemas_when_listed_are_those_of_the_catalog() =>
        Assert.Equal(ContractCatalog.All.Select(c => $"{c.Name}.json").Order(StringComparer.Ordinal), ApprovedText.FilesIn(Folder).Order(StringComparer.Ordinal));

    static JsonObject SchemaOf(MessageContract contract)
    {
        var shape = contract.Json.GetJsonSchemaAsNode(new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = Describe,
        }).AsObject();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"urn:{contract.Name.Replace('.', ':')}",
            ["title"] = contract.Type.Name,
            ["description"] = Summary($"T:{contract.Type.FullName}"),
            ["x-topic"] = contract.Topic,
        };
        foreach (var (keyword, value) in shape.ToList())
        {
            shape.Remove(keyword);
            schema[keyword] = value;
        }
        schema["type"] = "object";
        return schema;
    }

    // What the records' documentation says about a field, for those who read the schema alone.
    static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (context.PropertyInfo is not { } property || schema is not JsonObject node)
            return schema;
        var name = property.Name;
        var text = Docs.XPathSelectElement($"//member[@name='T:{property.DeclaringType.FullName}']/param[translate(substring(@name,1,1),'ABCDEFGHIJKLMNOPQRSTUVWXYZ','abcdefghijklmnopqrstuvwxyz')='{name[..1]}' and substring(@name,2)='{name[1..]}']");
        if (text is not null)
            node["description"] = Plain(text);
        return node;
    }

    static string? Summary(string member) => Docs.XPathSelectElement($"//member[@name='{member}']/summary") is { } summary ? Plain(summary) : null;

    // References become the last part of what they point at.
    static string Plain(XElement element)
    {
        var text = string.Concat(element.Nodes().Select(n => n is XElement e
            ? (e.Attribute("cref")?.Value.Split('.')[^1] ?? JsonNamingPolicy.CamelCase.ConvertName(e.Attribute("name")?.Value ?? e.Value))
            : n.ToString()));
        return string.Join(' ', System.Net.WebUtility.HtmlDecode(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
