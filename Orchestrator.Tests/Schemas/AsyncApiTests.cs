using System.Text.Json.Nodes;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.AsyncApi;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Schemas;

/// <summary>The AsyncAPI document: committed, whole, and built as version 3.0.0 of the specification asks.</summary>
public sealed class AsyncApiTests
{
    static readonly JsonObject Document = AsyncApiDocument.Create();

    [Fact]
    public void Document_when_compared_with_what_was_approved_is_the_same() => ApprovedText.Check("docs/asyncapi.json", AsyncApiDocument.Text());

    [Fact]
    public void References_when_followed_lead_to_something()
    {
        var references = All(Document).OfType<JsonObject>().Where(o => o.ContainsKey("$ref")).Select(o => o["$ref"]!.GetValue<string>()).Distinct(StringComparer.Ordinal).ToList();

        Assert.True(references.Count > 2 * ContractCatalog.All.Count);
        Assert.All(references, reference => Assert.NotNull(Find(reference)));
    }

    [Fact]
    public void Fields_that_the_specification_requires_are_there()
    {
        Assert.Equal("3.0.0", Text(Document, "asyncapi"));
        Assert.False(string.IsNullOrEmpty(Text(Document["info"]!, "title")) || string.IsNullOrEmpty(Text(Document["info"]!, "version")));
        Assert.Equal(["asyncapi", "info", "defaultContentType", "channels", "operations", "components"], Document.Select(p => p.Key));
        Assert.All(Document["channels"]!.AsObject(), channel => Assert.Equal(channel.Key, Text(channel.Value!, "address")));
        Assert.All(Document["components"]!.AsObject().SelectMany(part => part.Value!.AsObject()), part => Assert.Matches("^[a-zA-Z0-9._-]+$", part.Key));
        Assert.All(Document["operations"]!.AsObject(), operation =>
        {
            var channel = Text(operation.Value!["channel"]!, "$ref");
            Assert.Contains(Text(operation.Value, "action"), new[] { "send", "receive" });
            Assert.StartsWith("#/channels/", channel, StringComparison.Ordinal);
            Assert.NotEmpty(operation.Value["messages"]!.AsArray());
            Assert.All(operation.Value["messages"]!.AsArray(), message => Assert.StartsWith(channel + "/messages/", Text(message!, "$ref"), StringComparison.Ordinal));
        });
        Assert.All(Document["components"]!["messages"]!.AsObject(), message => Assert.True(
            message.Value!["payload"] is JsonObject && message.Value["headers"] is JsonObject && message.Value["examples"] is JsonArray { Count: 1 }, message.Key));
    }

    [Fact]
    public void Topics_and_messages_of_the_catalog_are_all_there()
    {
        Assert.Equal(Topics.All, Document["channels"]!.AsObject().Select(c => c.Key));
        Assert.Equal(ContractCatalog.All.Select(c => c.Name), Document["components"]!["messages"]!.AsObject().Select(m => Text(m.Value!, "name")));
        Assert.Equal(
            ContractCatalog.All.Select(c => $"{c.Topic} {c.Type.Name}").Order(StringComparer.Ordinal),
            Document["channels"]!.AsObject().SelectMany(c => c.Value!["messages"]!.AsObject().Select(m => $"{c.Key} {m.Key}")).Order(StringComparer.Ordinal));
    }

    static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    static IEnumerable<JsonNode> All(JsonNode node) => (node switch
    {
        JsonObject o => o.Select(p => p.Value).OfType<JsonNode>(),
        JsonArray a => a.OfType<JsonNode>(),
        _ => [],
    }).SelectMany(All).Prepend(node);

    static JsonNode? Find(string reference) => reference.Split('/').Skip(1).Aggregate((JsonNode?)Document, (at, step) => at?[step]);
}

/// <summary>The document as the service serves it.</summary>
[Collection(ApiCollection.Name)]
public sealed class AsyncApiEndpointTests(ApiFixture api)
{
    [Fact]
    public async Task Document_when_asked_for_is_served_as_it_was_approved() =>
        Assert.Equal(ApprovedText.Read("docs/asyncapi.json"), (await api.GetAsync("/asyncapi")).Text);
}
