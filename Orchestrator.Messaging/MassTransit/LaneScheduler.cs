using MassTransit;
using MassTransit.Scheduling;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.MassTransit;

/// <summary>
/// Scheduling that survives everything the database survives: a durable timer of the unit of work, delivered to the same lane. Its token is the
/// timer's id. The destination is ignored, since a saga's timer is due where the saga lives.
/// </summary>
sealed class LaneScheduler(LaneReceiveContext receive) : IScheduleMessageProvider
{
    public async Task<ScheduledMessage<T>> ScheduleSend<T>(
        Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class
    {
        var unit = receive.Unit;
        var token = Guid.CreateVersion7(unit.Now);
        var id = token;
        if (pipe.IsNotEmpty())
        {
            var context = new LaneSendContext<T>(message, cancellationToken) { ScheduledMessageId = token };
            await pipe.Send(context);
            token = context.ScheduledMessageId ?? token;
            id = context.MessageId ?? id;
        }
        var due = new DateTimeOffset(scheduledTime.ToUniversalTime(), TimeSpan.Zero);
        unit.Schedule(new TimerEntry(
            token, due, OutgoingMessage.Of(unit.Catalog.Of(typeof(T)), message, id, unit.Lane.Source, unit.Now, unit.TraceParent)));
        return new ScheduledMessageHandle<T>(token, scheduledTime, destinationAddress, message);
    }

    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken)
    {
        receive.Unit.CancelTimer(tokenId);
        return Task.CompletedTask;
    }

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) => CancelScheduledSend(tokenId, cancellationToken);
}
