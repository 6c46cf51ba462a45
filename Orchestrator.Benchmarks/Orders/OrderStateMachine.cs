using MassTransit;
using Orchestrator.Messaging.MassTransit;

namespace Orchestrator.Benchmarks.Orders;

/// <summary>Submitted, stock reserved, customer charged: three events, a command between each and an announcement at the end.</summary>
sealed class OrderStateMachine : MassTransitStateMachine<OrderState>
{
    public OrderStateMachine()
    {
        InstanceState(o => o.CurrentState);
        Event(() => Submitted, e => e.CorrelateById(m => m.Message.OrderId));
        Event(() => Reserved, e => e.CorrelateById(m => m.Message.OrderId));
        Event(() => Charged, e => e.CorrelateById(m => m.Message.OrderId));

        Initially(When(Submitted)
            .Then(c => (c.Saga.CustomerId, c.Saga.AmountMinor, c.Saga.UpdatedAt) = (c.Message.CustomerId, c.Message.AmountMinor, c.Now()))
            .Publish(c => new ReserveStock(c.Saga.CorrelationId, c.Saga.CustomerId, c.Now()))
            .TransitionTo(Reserving));
        During(Reserving, When(Reserved)
            .Then(c => c.Saga.UpdatedAt = c.Now())
            .Publish(c => new ChargeCustomer(c.Saga.CorrelationId, c.Saga.CustomerId, c.Saga.AmountMinor, c.Now()))
            .TransitionTo(Charging));
        During(Charging, When(Charged)
            .Then(c => c.Saga.UpdatedAt = c.Now())
            .Publish(c => new OrderCompleted(c.Saga.CorrelationId, c.Now()))
            .Finalize());
    }

    public State Reserving { get; } = null!;

    public State Charging { get; } = null!;

    public Event<OrderSubmitted> Submitted { get; } = null!;

    public Event<StockReserved> Reserved { get; } = null!;

    public Event<CustomerCharged> Charged { get; } = null!;
}
