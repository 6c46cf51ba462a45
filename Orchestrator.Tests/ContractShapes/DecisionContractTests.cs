using System.Text;
using System.Text.Json;
using CsCheck;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Decisioning.Records;
using static Orchestrator.Tests.Decisioning.Records.Decisions;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.ContractShapes;

/// <summary>What a decision and a label may hold.</summary>
public sealed class DecisionContractTests
{
    const string OfBefore =
        """
        {"transactionId":"0195d6a0-0000-7000-8000-000000000001","sourceAccountId":"alice","outcome":"approve","score":10,"reasons":[],"rulesVersion":"basic-1","assessedAt":"2026-03-02T12:00:00+00:00"}
        """;

    [Fact]
    public void Decision_when_it_was_published_before_there_was_more_to_say_is_read_and_written_the_same()
    {
        var read = JsonSerializer.Deserialize(OfBefore, ContractJson.Default.FraudAssessed)!;

        Assert.True(ContractErrors.Of(read).None);
        Assert.False(read.IsDegraded);
        Assert.Equal(OfBefore.Trim(), ContractText.Of(read).Replace("\\u002B", "+", StringComparison.Ordinal));
    }

    [Fact]
    public void Decision_when_it_holds_all_is_valid_and_comes_back_from_the_wire_the_same()
    {
        var full = Full(Id(1), 1f, float.NaN);

        Assert.Empty(ContractErrors.Of(full).All);
        Assert.Equal(ContractText.Of(full), ContractText.Of(JsonSerializer.Deserialize(ContractText.Of(full), ContractJson.Default.FraudAssessed)!));
    }

    [Fact]
    public void Vector_when_written_and_read_is_the_same_to_the_bit() => AnyFloat.Array[0, 300].Sample(vector =>
    {
        var bytes = FeatureVector.Write(vector);
        Assert.Equal(vector.Select(BitConverter.SingleToInt32Bits), FeatureVector.Read(bytes).Select(BitConverter.SingleToInt32Bits));
        var wire = JsonSerializer.Deserialize(ContractText.Of(Full(Id(1), vector)), ContractJson.Default.FraudAssessed)!;
        Assert.Equal(bytes, wire.Features);
    });

    [Fact]
    public void Vector_when_it_is_none_or_too_long_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => FeatureVector.Read(new byte[3]));
        Assert.Throws<InvalidDataException>(() => FeatureVector.Read(new byte[4 * (FeatureVector.MaxLength + 1)]));
        Assert.Throws<ArgumentException>(() => FeatureVector.Write(new float[FeatureVector.MaxLength + 1]));
        Assert.Equal([0, 0, 128, 63], FeatureVector.Write([1f]));
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "score", "score_out_of_range score" },
        { "reasons", "too_many_entries reasons" },
        { "null reason", "missing_field reasons" },
        { "contribution", "contribution_out_of_range reasons.contribution" },
        { "sentence", "text_too_long rules.sentence" },
        { "rule", "missing_field rules.rule" },
        { "null rule", "missing_field rules" },
        { "rules", "too_many_entries rules" },
        { "shadow", "score_out_of_range shadow.score" },
        { "degraded", "invalid_name degraded" },
        { "many degraded", "too_many_entries degraded" },
        { "event", "time_out_of_range eventAt" },
        { "bytes", "invalid_vector features" },
        { "vector", "invalid_vector features" },
        { "schema", "missing_field featureSchema" },
        { "long schema", "text_too_long featureSchema" },
        { "other", "other_transaction transaction" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Decision_when_a_bound_is_passed_names_the_field(string what, string error)
    {
        var full = Full(Id(1), 1f);
        var wrong = what switch
        {
            "score" => full with { Score = 1_001 },
            "reasons" => full with { Reasons = [.. Enumerable.Repeat(full.Reasons[0], FraudAssessed.MaxFindings + 1)] },
            "null reason" => full with { Reasons = [null!] },
            "contribution" => full with { Reasons = [full.Reasons[0] with { Contribution = -1_001 }] },
            "sentence" => full with { Rules = [new RuleFinding("r", 0, new string('x', FraudAssessed.MaxSentence + 1))] },
            "rule" => full with { Rules = [new RuleFinding("", 0)] },
            "null rule" => full with { Rules = [null!] },
            "rules" => full with { Rules = [.. Enumerable.Repeat(full.Rules![0], FraudAssessed.MaxFindings + 1)] },
            "shadow" => full with { Shadow = full.Shadow! with { Score = -1 } },
            "degraded" => full with { Degraded = ["Not a name"] },
            "many degraded" => full with { Degraded = [.. Enumerable.Repeat("a", FraudAssessed.MaxDegraded + 1)] },
            "event" => full with { EventAt = DateTimeOffset.MinValue },
            "bytes" => full with { Features = new byte[5] },
            "vector" => full with { Features = new byte[4 * (FeatureVector.MaxLength + 1)] },
            "schema" => full with { FeatureSchema = null },
            "long schema" => full with { FeatureSchema = new string('x', FeatureVector.MaxSchemaLength + 1) },
            _ => full with { Transaction = Of(1) },
        };

        Assert.Equal([error], ContractErrors.Of(wrong).All.Select(e => $"{e.Code} {e.Field}"));
    }

    [Theory]
    [InlineData("\"features\":\"AACAPw\"")]
    [InlineData("\"features\":\"not base64!\"")]
    [InlineData("\"features\":[1]")]
    [InlineData("\"degraded\":true")]
    public void Decision_when_its_shape_is_wrong_is_refused_by_name(string field) => Assert.Equal(
        BadMessageCodes.WrongShape,
        new LaneMessageReader(MessageCatalog.Contracts).Read(
            new RawMessage(
                "alice"u8.ToArray(), Encoding.UTF8.GetBytes(OfBefore.Trim()[..^1] + "," + field + "}"),
                [new("ce_id", "1"u8.ToArray()), new("ce_type", "orchestrator.fraud.assessed.v1"u8.ToArray())]),
            new MessageOrigin("decisions", 0), default).Fault?.Code);

    [Fact]
    public void Label_when_a_bound_is_passed_names_the_field()
    {
        Assert.Empty(ContractErrors.Of(Label(Id(1), Id(2))).All);
        Assert.Equal(
            ["missing_id labelId", "missing_id transactionId", "invalid_account_id sourceAccountId", "time_out_of_range labelledAt", "time_out_of_range effectiveAt", "text_too_long reason"],
            ContractErrors.Of(new FraudLabelled(
                Guid.Empty, Guid.Empty, "", true, LabelSource.Case, default, default(DateTimeOffset), new string('x', FraudLabelled.MaxReason + 1)))
                .All.Select(e => $"{e.Code} {e.Field}"));
    }
}
