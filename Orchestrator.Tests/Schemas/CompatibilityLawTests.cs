using CsCheck;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Tests.Schemas;

/// <summary>What holds of any two schemas.</summary>
public sealed class CompatibilityLawTests
{
    const int Cases = 300;

    [Theory]
    [InlineData(SchemaFormat.Json)]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Schema_when_compared_with_itself_is_fully_compatible(SchemaFormat format) => AnySchema.Of(format).Sample(
        schema => Assert.Empty(SchemaCompatibility.Check(format, CompatibilityMode.FullTransitive, schema, [schema])), iter: Cases);

    [Theory]
    [InlineData(SchemaFormat.Json)]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Full_is_backward_and_forward(SchemaFormat format) => Gen.Select(AnySchema.Of(format), AnySchema.Of(format)).Sample(
        (older, newer) =>
        {
            var (backward, forward) = (Check(CompatibilityMode.Backward), Check(CompatibilityMode.Forward));
            Assert.Equal(backward.Concat(forward), Check(CompatibilityMode.Full));

            IReadOnlyList<IncompatibleChange> Check(CompatibilityMode mode) => SchemaCompatibility.Check(format, mode, newer, [older]);
        },
        iter: Cases);

    [Theory]
    [InlineData(SchemaFormat.Json)]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Backward_is_forward_the_other_way_round(SchemaFormat format) => Gen.Select(AnySchema.Of(format), AnySchema.Of(format)).Sample(
        (one, other) => Assert.Equal(
            SchemaCompatibility.Check(format, CompatibilityMode.Backward, one, [other]).Select(c => c.What),
            SchemaCompatibility.Check(format, CompatibilityMode.Forward, other, [one]).Select(c => c.What)),
        iter: Cases);

    [Theory]
    [InlineData(SchemaFormat.Json)]
    [InlineData(SchemaFormat.Avro)]
    [InlineData(SchemaFormat.Protobuf)]
    public void Transitive_mode_finds_what_the_mode_finds_with_each_version(SchemaFormat format) => AnySchema.Of(format).Array[4].Sample(
        versions => Assert.Equal(
            new[] { 2, 1, 0 }.Sum(i => SchemaCompatibility.Check(format, CompatibilityMode.Full, versions[3], [versions[i]]).Count),
            SchemaCompatibility.Check(format, CompatibilityMode.FullTransitive, versions[3], versions[..3]).Count),
        iter: Cases / 3);

    [Fact]
    public void Mode_when_written_as_registries_do_is_read_again()
    {
        Assert.All(Enum.GetValues<CompatibilityMode>(), mode => Assert.Equal(mode, CompatibilityModes.Parse(mode.Name())));
        Assert.Null(CompatibilityModes.Parse("full"));
        Assert.Null(CompatibilityModes.Parse(null));
    }
}
