using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.Derived;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.ContractShapes;

/// <summary>The JSON Schema of every message, for whoever does not speak C#: generated from the records and committed.</summary>
public sealed class JsonSchemaTests
{
    const string Folder = "Orchestrator.Contracts/Schemas";

    public static TheoryData<string> Names => [.. ContractCatalog.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Schema_when_compared_with_its_record_is_the_same(string name)
    {
        var contract = ContractCatalog.All.Single(c => c.Name == name);

        ApprovedText.Check($"{Folder}/{name}.json", JsonSchemas.Text(contract));
    }

    [Fact]
    public void Schemas_when_listed_are_those_of_the_catalog() =>
        Assert.Equal(ContractCatalog.All.Select(c => $"{c.Name}.json").Order(StringComparer.Ordinal), ApprovedText.FilesIn(Folder).Order(StringComparer.Ordinal));
}
