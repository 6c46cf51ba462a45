using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Messaging.MassTransit;

namespace Orchestrator.Benchmarks.Orders;

/// <summary>Registers the order saga and its consumers as the product registers its own.</summary>
static class OrdersModule
{
    public static IServiceCollection AddOrders(this IServiceCollection services)
    {
        foreach (var contract in OrderCatalog.All)
            services.AddSingleton(contract);
        services.AddLaneEndpoint(
            "bench-saga", _ => [OrderCatalog.Orders, OrderCatalog.Replies], endpoint => endpoint.StateMachineSaga(new OrderStateMachine(), new OrderStateMap()));
        services.AddLaneEndpoint("bench-stock", _ => [OrderCatalog.Stock], endpoint => endpoint.SharedConsumer<StockConsumer>());
        services.AddLaneEndpoint("bench-payments", _ => [OrderCatalog.Payments], endpoint => endpoint.SharedConsumer<PaymentConsumer>());
        return services;
    }
}
