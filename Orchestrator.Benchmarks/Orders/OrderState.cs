using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Benchmarks.Orders;

/// <summary>An order's saga.</summary>
sealed class OrderState : ILaneSaga
{
    public Guid CorrelationId { get; set; }

    public int Version { get; set; }

    public string CurrentState { get; set; } = "";

    public string CustomerId { get; set; } = "";

    public long AmountMinor { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>How it is stored.</summary>
sealed class OrderStateMap : IEntityTypeConfiguration<OrderState>
{
    public const string Schema = """
        create table order_state (
            correlation_id uuid primary key,
            version integer not null,
            current_state text not null,
            customer_id text not null,
            amount_minor bigint not null,
            updated_at timestamptz not null
        ) with (fillfactor = 70)
        """;

    public void Configure(EntityTypeBuilder<OrderState> entity)
    {
        entity.ToTable("order_state", "public");
        entity.HasKey(o => o.CorrelationId);
        entity.Property(o => o.CorrelationId).HasColumnName("correlation_id");
        entity.Property(o => o.Version).HasColumnName("version");
        entity.Property(o => o.CurrentState).HasColumnName("current_state");
        entity.Property(o => o.CustomerId).HasColumnName("customer_id");
        entity.Property(o => o.AmountMinor).HasColumnName("amount_minor");
        entity.Property(o => o.UpdatedAt).HasColumnName("updated_at");
    }
}
