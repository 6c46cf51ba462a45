using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Benchmarks.Orders;

/// <summary>A message about an order: keyed by it.</summary>
interface IOrderMessage
{
    Guid OrderId { get; }
}

sealed record OrderSubmitted(Guid OrderId, string CustomerId, long AmountMinor, DateTimeOffset SubmittedAt) : IOrderMessage;

sealed record ReserveStock(Guid OrderId, string CustomerId, DateTimeOffset At) : IOrderMessage;

sealed record StockReserved(Guid OrderId, DateTimeOffset At) : IOrderMessage;

sealed record ChargeCustomer(Guid OrderId, string CustomerId, long AmountMinor, DateTimeOffset At) : IOrderMessage;

sealed record CustomerCharged(Guid OrderId, DateTimeOffset At) : IOrderMessage;

sealed record OrderCompleted(Guid OrderId, DateTimeOffset At) : IOrderMessage;

/// <summary>How they travel: a topic for what the saga hears from outside, one for each consumer, one for replies, one for ends.</summary>
static class OrderCatalog
{
    public const string Orders = "bench-orders";
    public const string Stock = "bench-stock";
    public const string Payments = "bench-payments";
    public const string Replies = "bench-replies";
    public const string Ends = "bench-ends";

    public static IReadOnlyList<string> Topics { get; } = [Orders, Stock, Payments, Replies, Ends];

    public static IReadOnlyList<MessageContract> All { get; } =
    [
        Of<OrderSubmitted>("bench.order.submitted.v1", Orders, OrderJson.Default.OrderSubmitted),
        Of<ReserveStock>("bench.stock.reserve.v1", Stock, OrderJson.Default.ReserveStock),
        Of<StockReserved>("bench.stock.reserved.v1", Replies, OrderJson.Default.StockReserved),
        Of<ChargeCustomer>("bench.payment.charge.v1", Payments, OrderJson.Default.ChargeCustomer),
        Of<CustomerCharged>("bench.payment.charged.v1", Replies, OrderJson.Default.CustomerCharged),
        Of<OrderCompleted>("bench.order.completed.v1", Ends, OrderJson.Default.OrderCompleted),
    ];

    static MessageContract Of<T>(string name, string topic, JsonTypeInfo json) where T : IOrderMessage =>
        new(name, topic, typeof(T), message => ((T)message).OrderId.ToString(), json);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OrderSubmitted))]
[JsonSerializable(typeof(ReserveStock))]
[JsonSerializable(typeof(StockReserved))]
[JsonSerializable(typeof(ChargeCustomer))]
[JsonSerializable(typeof(CustomerCharged))]
[JsonSerializable(typeof(OrderCompleted))]
sealed partial class OrderJson : JsonSerializerContext;
