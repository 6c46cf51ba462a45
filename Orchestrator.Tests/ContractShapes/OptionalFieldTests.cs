using System.Reflection;
using Orchestrator.Contracts.Catalog;
using Xunit;

namespace Orchestrator.Tests.ContractShapes;

/// <summary>A field that may be null is left out when it is, so it must be one that may be missing.</summary>
public sealed class OptionalFieldTests
{
    public static TheoryData<string> Names => new(ContractCatalog.All.Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Contract_when_a_field_is_nullable_does_read_without_it(string name)
    {
        var nullability = new NullabilityInfoContext();
        var fields = ContractCatalog.All.Single(c => string.Equals(c.Name, name, StringComparison.Ordinal)).Type.GetConstructors().Single(c => c.IsPublic).GetParameters();

        Assert.Empty(fields.Where(f => nullability.Create(f).WriteState is NullabilityState.Nullable && !f.HasDefaultValue).Select(f => f.Name));
    }
}
