using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Replay;

/// <summary>What runs of replays share.</summary>
internal sealed record ReplayParts(
    ReplayClaims Claims, ReplayBounds Bounds, ReplayTopics Topics, KafkaOptions Kafka, LaneMessageReader Reader, IReplayProjections? Projections, ReplayOptions Options,
    TimeProvider Time)
{
    /// <summary>What a replay goes into.</summary>
    /// <exception cref="ReplayException"><see cref="ReplayFailures.UnknownProjection"/>.</exception>
    public ReplaySink Sink(ReplayClaim claim)
    {
        var order = claim.Job.Order;
        if (order.DryRun)
            return new ReplayCount();
        if (order.Target.Kind == ReplayTargetKind.Topic)
            return new ReplayCopies(claim, Kafka, Topics, Bounds, Options, Time);
        return Projections?.All.FirstOrDefault(p => string.Equals(p.Name, order.Target.Name, StringComparison.Ordinal) && string.Equals(p.Topic, order.Topic, StringComparison.Ordinal)) is { } projection
            ? new ReplayFolds(claim, projection, Reader, Options)
            : throw new ReplayException(ReplayFailures.UnknownProjection, $"No projection {order.Target.Name} is folded from {order.Topic} here.");
    }
}
