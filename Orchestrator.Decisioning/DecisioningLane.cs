using System.Buffers;
using System.Text.Json;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Decisioning;

/// <summary>
/// Decides about every submitted transaction: counts it among what is remembered, reads its features off, and asks the rules and models in force. Labels, and what the
/// accounts' owners do, change what later transactions see. All of it is in memory. Nothing that follows the counting throws, so that a decision and what is remembered of it stay together.
/// </summary>
/// <param name="engine">What this lane remembers.</param>
/// <param name="decider">Makes the decisions.</param>
/// <param name="rules">The rules in force.</param>
/// <param name="models">The models in force.</param>
/// <param name="figures">What is counted.</param>
/// <param name="currencies">How many decimal digits amounts have; of ISO 4217 when null.</param>
/// <param name="idle">Where the engine's idle keys go; null where they are forgotten.</param>
/// <param name="activity">What the accounts' owners were last seen doing; null where nobody looks.</param>
public sealed class DecisioningLane(
    FeatureEngine engine, TransactionDecider decider, IRulesInForce rules, IModelsInForce models, LaneFigures figures, CurrencyScales? currencies = null,
    IdleKeys? idle = null, AccountActivity? activity = null)
    : StreamProcessor
{
    const int Parts = 3;

    readonly float[] _vector = new float[engine.Schema.Length];
    int _written;

    /// <inheritdoc />
    public override void Process(in StreamMessage message, StreamOutput output)
    {
        switch (message.Body)
        {
            case TransactionSubmitted transaction when message.IsAsked:
                Answer(transaction, message, output);
                break;
            case TransactionSubmitted transaction:
                output.Answer(Recall(transaction, output) ?? Decide(transaction, message, output, ifNew: false)!);
                break;
            case FraudLabelled label:
                engine.Label(KeyHash.Of(label.SourceAccountId), KeyHash.Of(label.TransactionId), label.IsFraud);
                break;
            case ActivityFeatures seen:
                activity?.Take(seen, Received(message, output.Now));
                break;
        }
    }

    /// <inheritdoc />
    public override void Replay(in StreamMessage message, in StreamAnswer answer)
    {
        if (message.Body is not TransactionSubmitted transaction)
            return;
        var (isDecline, eventAt) = PublishedOutcome.Read(answer.Body.Span);
        Follow(Event(eventAt is { } decided ? transaction with { OccurredAt = decided } : transaction, message, answer.Time), isDecline);
    }

    /// <inheritdoc />
    public override void ReplayAsked(in StreamAnswer answer)
    {
        var decision = JsonSerializer.Deserialize(answer.Body.Span, ContractJson.Default.DecisionAnswered)!.Decision;
        if (decision.Transaction is { } transaction)
            Follow(FeatureEvents.Of(transaction, decision.ReceivedAt ?? answer.Time, currencies: currencies), decision.Outcome == FraudOutcome.Decline);
    }

    /// <inheritdoc />
    public override void BeginSnapshot()
    {
        _written = 0;
        engine.BeginSnapshot();
        idle?.BeginSnapshot();
        activity?.BeginSnapshot();
    }

    /// <inheritdoc />
    public override bool Snapshot(IBufferWriter<byte> writer)
    {
        // One part after the other, in the order in which they are read.
        var isMore = _written switch
        {
            0 => engine.Snapshot(writer),
            1 => idle?.Snapshot(writer) ?? false,
            _ => activity?.Snapshot(writer) ?? false,
        };
        return isMore || ++_written < Parts;
    }

    /// <inheritdoc />
    public override void GiveUpSnapshot()
    {
        engine.GiveUpSnapshot();
        idle?.GiveUpSnapshot();
        activity?.GiveUpSnapshot();
    }

    /// <inheritdoc />
    public override void Restore(Stream snapshot)
    {
        engine.Restore(snapshot);
        idle?.Restore(snapshot);
        activity?.Restore(snapshot);
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        figures.Dispose();
        return base.DisposeAsync();
    }

    // One that was submitted before has its decision on the topic, or will.
    void Answer(TransactionSubmitted transaction, in StreamMessage message, StreamOutput output)
    {
        if (Decide(transaction, message, output, ifNew: true) is { } assessed)
            output.Answer(new DecisionAnswered(assessed));
        else
            output.AnsweredBefore();
    }

    // Who was asked about a transaction says the same when it is submitted. It is counted already.
    static FraudAssessed? Recall(TransactionSubmitted transaction, StreamOutput output)
    {
        if (!output.TryRecall(transaction.TransactionId, out var answer))
            return null;
        var decision = JsonSerializer.Deserialize(answer.Body.Span, ContractJson.Default.DecisionAnswered)!.Decision;
        return decision.Transaction is { } asked && asked.SaysTheSame(transaction with { OccurredAt = asked.OccurredAt }) ? decision : null;
    }

    FraudAssessed? Decide(TransactionSubmitted transaction, in StreamMessage message, StreamOutput output, bool ifNew)
    {
        var began = figures.Begin();
        var taken = Event(transaction, message, output.Now);
        var observation = engine.Observe(taken, activity is null ? [] : activity.Of(taken.Account, taken.AtMs), _vector);
        if (ifNew && observation.IsDuplicate)
            return null;
        var assessed = decider.Decide(
            transaction, _vector, Instant(engine.WatermarkMs), rules.Current, models.Current, Received(message, output.Now), output.Now,
            output.StoreIsAway ? DegradedReasons.StoreUnavailable : null);
        // Nobody teaches an account large amounts by being refused.
        if (assessed.Outcome == FraudOutcome.Decline)
            engine.Declined(taken);
        figures.Decided(began, assessed, observation);
        figures.Follow(engine);
        return assessed;
    }

    void Follow(in FeatureEvent taken, bool isDecline)
    {
        engine.Observe(taken, [], _vector);
        if (isDecline)
            engine.Declined(taken);
        figures.Follow(engine);
    }

    FeatureEvent Event(TransactionSubmitted transaction, in StreamMessage message, DateTimeOffset answeredAt) =>
        FeatureEvents.Of(transaction, Received(message, answeredAt), currencies: currencies);

    // The broker's time may be the publisher's. What claims to come from the future must not make others late.
    static DateTimeOffset Received(in StreamMessage message, DateTimeOffset answeredAt) => message.BrokerTime < answeredAt ? message.BrokerTime : answeredAt;

    static DateTimeOffset? Instant(long unixMs) => unixMs > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(unixMs) : null;
}
