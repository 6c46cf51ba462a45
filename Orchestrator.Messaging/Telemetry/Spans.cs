using System.Diagnostics;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Telemetry;

/// <summary>
/// What lanes trace: activity source <c>Orchestrator.Messaging</c>. Where nobody listens nothing is made, and the publisher's context is passed on as it is. A span
/// names topics, groups, types, states and ids of messages; never an account, a customer or anything of a body.
/// </summary>
internal static class Spans
{
    internal static readonly ActivitySource Source = new(MessagingTelemetry.Name);

    /// <summary>Whether anybody listens. To be asked before anything is put together for a span.</summary>
    public static bool AreWatched => Source.HasListeners();

    /// <summary>A unit of work: a trace of its own, to which the spans of its messages link.</summary>
    public static Activity? Unit(LaneId lane, int messages)
    {
        if (!AreWatched || messages == 0)
            return null;
        // Whoever let the group run, a request perhaps, has nothing to do with it.
        Activity.Current = null;
        return Source.StartActivity(ActivityKind.Internal, default(ActivityContext), name: $"{lane.Group} unit")
            ?.SetTag("messaging.kafka.consumer.group", lane.Group).SetTag("orchestrator.lane", lane.Partition).SetTag("messaging.batch.message_count", messages);
    }

    /// <summary>The commit of the unit that is under way.</summary>
    public static Activity? Commit() => AreWatched && Activity.Current?.Source == Source ? Source.StartActivity("commit") : null;

    /// <summary>A message's span, child of its publisher's; what it publishes and schedules are its children.</summary>
    public static Activity? Message(string topic, string? type, string? traceParent, LaneId lane, Guid messageId)
    {
        if (!AreWatched)
            return null;
        ActivityLink[] unit = Activity.Current is { } current && current.Source == Source ? [new ActivityLink(current.Context)] : [];
        var parent = ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var context) ? context : default;
        return Source.StartActivity(ActivityKind.Consumer, parent, links: unit, name: $"{topic} process")
            ?.SetTag("messaging.system", "kafka").SetTag("messaging.destination.name", topic).SetTag("messaging.operation.name", "process")
            .SetTag("messaging.kafka.consumer.group", lane.Group).SetTag("orchestrator.lane", lane.Partition)
            .SetTag("messaging.message.id", messageId).SetTag("orchestrator.message.type", type);
    }

    /// <summary>A saga that a message has moved, or has left where it was, within the message's span.</summary>
    public static void Transition(string saga, Guid id, string? from, string to)
    {
        if (AreWatched && Activity.Current is { } message && message.Source == Source)
        {
            Source.StartActivity(ActivityKind.Internal, message.Context, startTime: new DateTimeOffset(message.StartTimeUtc), name: "saga transition")
                ?.SetTag("orchestrator.saga", saga).SetTag("orchestrator.saga.id", id)
                .SetTag("orchestrator.saga.from", from).SetTag("orchestrator.saga.to", to).Dispose();
        }
    }
}
