using MassTransit;
using Orchestrator.Messaging.MassTransit;

namespace Orchestrator.Benchmarks.Orders;

/// <summary>Says yes.</summary>
sealed class StockConsumer : IConsumer<ReserveStock>
{
    public Task Consume(ConsumeContext<ReserveStock> context) => context.Publish(new StockReserved(context.Message.OrderId, context.Now()));
}

/// <summary>Says yes.</summary>
sealed class PaymentConsumer : IConsumer<ChargeCustomer>
{
    public Task Consume(ConsumeContext<ChargeCustomer> context) => context.Publish(new CustomerCharged(context.Message.OrderId, context.Now()));
}
