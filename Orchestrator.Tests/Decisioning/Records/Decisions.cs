using CsCheck;
using Orchestrator.Contracts.Decisions;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Records;

/// <summary>Decisions and labels of tests.</summary>
static class Decisions
{
    /// <summary>Ids by number.</summary>
    public static Guid Id(int n) => new(n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);

    /// <summary>A decision as one was published before there was more to say.</summary>
    public static FraudAssessed Plain(Guid id, string account = "alice", int score = 10, FraudOutcome outcome = FraudOutcome.Approve, DateTimeOffset? at = null) =>
        new(id, account, outcome, score, [], "basic-1", at ?? Noon);

    /// <summary>A decision with all that one can hold.</summary>
    public static FraudAssessed Full(Guid id, params float[] features) => new(
        id, "alice", FraudOutcome.Review, 640,
        [new FraudReason("velocity", 250, "62 transactions within the hour."), new FraudReason("amount_mean_7d", 390, "Ten times the week's mean.")],
        "rules-7-0a1b2c3d", Noon.AddTicks(1_234_567),
        ModelVersion: "trees-3", ListsVersion: "42", Shadow: new ShadowDecision(FraudOutcome.Decline, 910, "rules-8-4e5f6a7b"),
        Degraded: [DegradedReasons.RuleFailed], EventAt: Noon.AddSeconds(-2), ReceivedAt: Noon.AddMilliseconds(-3),
        FeatureSchema: "0123456789abcdef", Features: FeatureVector.Write(features), Watermark: Noon.AddSeconds(-5),
        Rules: [new RuleFinding("velocity", 250), new RuleFinding("shared_device", 0, "The device's history could not be read.", Failed: true)],
        Transaction: Of(5_000) with { TransactionId = id });

    /// <summary>A label.</summary>
    public static FraudLabelled Label(Guid labelId, Guid transactionId, bool isFraud = true, DateTimeOffset? at = null, LabelSource source = LabelSource.Chargeback) =>
        new(labelId, transactionId, "alice", isFraud, source, at ?? Noon.AddDays(30), Noon.AddDays(29), "10.4");

    /// <summary>Any float by its bits: all kinds of not-a-number and both zeros among them.</summary>
    public static readonly Gen<float> AnyFloat = Gen.Int.Select(BitConverter.Int32BitsToSingle);
}
