using MassTransit;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>What consumers and state machines on a lane may ask beyond MassTransit's own context.</summary>
public static class LaneContextExtensions
{
    /// <summary>The unit of work that the message is part of.</summary>
    /// <exception cref="InvalidOperationException">The message was not dispatched by a lane.</exception>
    public static UnitOfWork Unit(this ConsumeContext context) =>
        context.ReceiveContext is LaneReceiveContext receive ? receive.Unit : context.GetPayload<UnitOfWork>();

    /// <summary>The unit's one instant, UTC: the clock of everything that is decided in it.</summary>
    public static DateTimeOffset Now(this ConsumeContext context) => context.Unit().Now;
}
