using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit;
using Orchestrator.Messaging.Wire;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Messaging;

/// <summary>Consumers on a lane: an ordinary consume context whose effects land in the unit of work.</summary>
public sealed class MassTransitLaneTests : IAsyncLifetime
{
    static readonly LaneId Lane = new("consumers", 3);
    static readonly Guid ChosenId = new("0195a0a0-0000-7000-8000-00000000000a");

    ServiceProvider _services = null!;
    LaneProcessor _processor = null!;

    public async ValueTask InitializeAsync()
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton(MessageCatalog.Contracts);
        services.AddLaneEndpoint(Lane.Group, _ => ["transactions"], endpoint =>
        {
            endpoint.SharedConsumer<Publisher>();
            endpoint.SharedConsumer<Failing>();
        });
        _services = services.BuildServiceProvider();
        _processor = _services.GetRequiredService<LaneGroup>().CreateProcessor(Lane);
        await _services.GetRequiredService<IBusControl>().StartAsync();
        await _processor.OpenAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<IBusControl>().StopAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Consumer_when_it_publishes_sends_and_responds_puts_all_into_the_unit_of_work()
    {
        var work = await TakeAsync(Submitted());

        Assert.Equal(["saga-events", "saga-events", "elsewhere", "saga-events"], work.Outgoing.Select(m => m.Topic));
        Assert.All(work.Outgoing, m => Assert.Equal(("alice", "/orchestrator/consumers/3", Noon), (m.Key, m.Source, m.Time)));
        Assert.All(work.Outgoing, m => Assert.Equal("orchestrator.transaction.voided.v1", m.Type));
        Assert.Equal(ChosenId, work.Outgoing[1].Id);
        Assert.Equal(4, work.Outgoing.Select(m => m.Id).Distinct().Count());
    }

    [Fact]
    public async Task Consumer_when_it_schedules_sets_a_durable_timer_and_can_cancel_it()
    {
        var work = await TakeAsync(Cancelled());

        var timer = Assert.Single(work.Timers);
        Assert.Equal((Noon.AddHours(1), "orchestrator.transaction.voided.v1"), (timer.DueAt, timer.Message.Type));
        Assert.Single(work.CancelledTimers);
    }

    [Fact]
    public async Task Consumer_when_it_throws_lets_the_lane_decide() =>
        Assert.Equal("as it was thrown", (await Assert.ThrowsAsync<InvalidDataException>(() => TakeAsync(HoldPlaced()))).Message);

    [Fact]
    public async Task Message_when_nobody_consumes_it_is_passed_over() => Assert.Empty((await TakeAsync(new Credited(Id, Id, "alice", Noon))).Outgoing);

    [Fact]
    public async Task Message_when_it_is_faulty_is_not_dispatched()
    {
        var fault = new BadMessageException(BadMessageCodes.NotJson, "");

        Assert.Same(fault, await Assert.ThrowsAsync<BadMessageException>(() => TakeAsync(Submitted(), fault)));
    }

    [Fact]
    public void Bus_when_it_runs_reports_the_lanes_as_healthy()
    {
        var health = _services.GetRequiredService<IBusControl>().CheckHealth();

        Assert.Equal(BusHealthStatus.Healthy, health.Status);
        Assert.Contains(health.Endpoints.Keys, name => name.Contains("consumers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lane_when_the_bus_has_not_started_waits_for_it()
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton(MessageCatalog.Contracts);
        services.AddLaneEndpoint(Lane.Group, _ => ["transactions"], endpoint => endpoint.SharedConsumer<Publisher>());
        await using var provider = services.BuildServiceProvider();

        var opening = provider.GetRequiredService<LaneGroup>().CreateProcessor(Lane).OpenAsync(CancellationToken.None).AsTask();
        Assert.False(opening.IsCompleted);
        await provider.GetRequiredService<IBusControl>().StartAsync();
        await opening.WaitAsync(TimeSpan.FromSeconds(60));
        await provider.GetRequiredService<IBusControl>().StopAsync();
    }

    async Task<UnitOfWork> TakeAsync(object body, BadMessageException? fault = null)
    {
        var contract = MessageCatalog.Contracts.Of(body.GetType());
        var message = new LaneMessage
        {
            Origin = new MessageOrigin(contract.Topic, 0),
            Key = contract.Key(body),
            Id = Id,
            Contract = contract,
            Body = body,
            Time = Noon,
            Raw = new RawMessage(null, [], []),
            Fault = fault,
        };
        var work = new UnitOfWork(Lane, Noon, MessageCatalog.Contracts);
        await _processor.PrepareAsync([message], CancellationToken.None);
        await _processor.HandleAsync(message, work, CancellationToken.None);
        return work;
    }

    static TransactionVoided Voided(ConsumeContext context) => new(Id, "alice", context.Now());

    sealed class Publisher : IConsumer<TransactionSubmitted>, IConsumer<TransactionCancelled>
    {
        public async Task Consume(ConsumeContext<TransactionSubmitted> context)
        {
            await context.Publish(Voided(context));
            await context.Publish(Voided(context), c => c.MessageId = ChosenId);
            await context.Send(new Uri("topic:elsewhere"), Voided(context));
            await context.RespondAsync(Voided(context));
        }

        public async Task Consume(ConsumeContext<TransactionCancelled> context)
        {
            var scheduler = context.GetPayload<MessageSchedulerContext>();
            await scheduler.ScheduleSend(context.Now().AddHours(1).UtcDateTime, Voided(context));
            var taken = await scheduler.ScheduleSend(context.Now().AddHours(2).UtcDateTime, Voided(context));
            await scheduler.CancelScheduledSend(context.ReceiveContext.InputAddress, taken.TokenId);
            await scheduler.CancelScheduledSend(context.ReceiveContext.InputAddress, ChosenId);
        }
    }

    sealed class Failing : IConsumer<HoldPlaced>
    {
        public async Task Consume(ConsumeContext<HoldPlaced> context)
        {
            await context.Publish(Voided(context));
            throw new InvalidDataException("as it was thrown");
        }
    }
}
