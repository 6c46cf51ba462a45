using System.Text;
using CsCheck;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Tests.Decisioning.Models;

public sealed class ModelFileTests
{
    static readonly string Good = Encoding.UTF8.GetString(SmallModels.File("trees-20260301-28d"));

    [Fact]
    public void File_when_it_is_good_has_a_version_of_its_name_and_its_hash()
    {
        var file = SmallModels.Read(Encoding.UTF8.GetBytes(Good));

        Assert.Equal($"trees-20260301-28d-{file.Hash[..8]}", file.Model.Version);
        Assert.Equal(("orchestrator-trees", SmallModels.Plan.Schema.Hash, 1_000.0), (file.Description.Format, file.Description.SchemaHash, file.Description.Facts["rows"]));
        Assert.Equal(new DecisionThresholds(0.5, 0.9), file.Model.Thresholds);
    }

    [Fact]
    public void File_when_its_members_stand_in_another_order_is_read_all_the_same()
    {
        var model = Good[(Good.IndexOf("\"model\":", StringComparison.Ordinal) + 8)..^1];

        var file = SmallModels.Read(Encoding.UTF8.GetBytes($$"""{ "model": {{model}}, "version": 1, "format": "orchestrator-trees" }"""));

        Assert.Equal("trees-20260301-28d", file.Description.Name);
    }

    [Theory]
    [InlineData("", "out_of_range $")]
    [InlineData("{", "not_json $")]
    [InlineData("{} {}", "not_json $")]
    [InlineData("[]", "unknown_format format")]
    [InlineData("{}", "unknown_format format")]
    [InlineData("""{ "format": "orchestrator-trees", "version": 2, "model": {} }""", "unknown_format format")]
    [InlineData("""{ "format": "\ud800", "version": 1 }""", "unknown_format format")]
    [InlineData("""{ "format": "orchestrator-trees", "version": 1 }""", "invalid_name model.name")]
    [InlineData("""{ "format": "orchestrator-trees", "version": 1, "model": { "name": "by hand" } }""", "invalid_name model.name")]
    [InlineData("""{ "format": "orchestrator-onnx", "version": 1, "model": { "name": "x", "schemaHash": "0123456789abcdef" } }""", "other_schema model.schemaHash")]
    public void File_when_it_is_no_model_is_refused_by_name(string text, string error)
    {
        Assert.False(ModelFile.TryRead(Encoding.UTF8.GetBytes(text), SmallModels.Plan, out _, out var refused));

        Assert.Equal(error, $"{refused.Value.Code} {refused.Value.Field}");
    }

    [Theory]
    [InlineData("\"thresholds\":[100]", "\"thresholds\":[100,100]")]
    [InlineData("\"name\":", "\"name\":\"other\",\"name\":")]
    [InlineData("\"amount\"", "\"amout\"")]
    [InlineData("\"bias\":0", "\"bias\":null")]
    [InlineData("\"bias\":0", "\"prejudice\":0")]
    public void File_when_the_model_does_not_fit_together_is_refused(string part, string changed)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);

        Assert.False(ModelFile.TryRead(Encoding.UTF8.GetBytes(Good.Replace(part, changed, StringComparison.Ordinal)), SmallModels.Plan, out _, out var refused));

        Assert.Equal("invalid_model model", $"{refused.Value.Code} {refused.Value.Field}");
    }

    [Fact]
    public void File_when_bytes_are_changed_is_refused_or_scores()
    {
        var good = Encoding.UTF8.GetBytes(Good);
        Gen.Select(Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 4], Gen.Int[0, 9]).Sample((changes, cut) =>
        {
            var changed = good.ToArray();
            foreach (var (at, value) in changes)
                changed[at] = value;
            if (ModelFile.TryRead(cut == 0 ? changed[..(good.Length / 2)] : changed, SmallModels.Plan, out var file, out _))
                Assert.InRange(file.Model.Score(SmallModels.Vector(250)).Probability, 0, 1);
        });
    }

    [Fact]
    public void File_when_it_is_configured_and_is_not_there_or_no_model_says_so()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("orchestrator-model-").FullName, "model.json");
        try
        {
            Assert.Contains(ModelsOptions.Section, Assert.Throws<InvalidOperationException>(() => ModelFile.Load(path, SmallModels.Plan)).Message, StringComparison.Ordinal);
            File.WriteAllText(path, "{}");
            Assert.Contains("unknown_format", Assert.Throws<InvalidOperationException>(() => ModelFile.Load(path, SmallModels.Plan)).Message, StringComparison.Ordinal);
            File.WriteAllText(path, Good);
            Assert.Equal("trees-20260301-28d", ModelFile.Load(path, SmallModels.Plan).Description.Name);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }
}
