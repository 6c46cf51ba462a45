using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Contracts;
using Orchestrator.Messaging.MassTransit;
using Orchestrator.Messaging.Telemetry;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

public sealed class TracingTests(TestInfrastructure infrastructure)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Trace_when_a_message_carries_one_does_go_on_in_what_it_brings_about(bool listening)
    {
        var handled = new ConcurrentQueue<System.Diagnostics.Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => listening && string.Equals(source.Name, MessagingTelemetry.Name, StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = handled.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var trace = ActivityTraceId.CreateFromString(listening ? "0af7651916cd43dd8448eb211c80319c" : "0af7651916cd43dd8448eb211c80319d");
        var parent = $"00-{trace}-b7ad6b7169203331-01";
        await using var fixture = await CreateAsync(infrastructure);
        await fixture.StartServiceAsync();
        fixture.Send(Transaction(Id(1), "a"), parent);
        fixture.Send(Transaction(Id(2), "b"));

        var announced = fixture.ReadMessages(Topics.Alerts, 2).ToDictionary(
            m => Guid.Parse(KafkaWire.Text(m.Headers, CloudEventHeaders.Id)!), m => KafkaWire.Text(m.Headers, CloudEventHeaders.TraceParent));
        var mine = handled.Where(a => a.TraceId == trace).ToList();
        if (listening)
        {
            // A span of the handling, child of the publisher's and parent of what it published.
            var span = Assert.Single(mine);
            Assert.Equal(parent, span.ParentId);
            Assert.Equal(ActivityKind.Consumer, span.Kind);
            Assert.Equal(span.Id, announced[Id(1)]);
            Assert.NotEqual(span.TraceId, ActivityContext.Parse(announced[Id(2)]!, traceState: null).TraceId);
        }
        else if (announced[Id(1)] is { } passedOn)
        {
            // Other tests in this process may listen; without any listener the publisher's own context goes on.
            Assert.Equal(trace, ActivityContext.Parse(passedOn, traceState: null).TraceId);
        }
        else
        {
            Assert.Fail("the trace ended here");
        }
    }

    [Fact]
    public void MassTransit_when_it_carries_lanes_does_post_no_usage_telemetry()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLaneEndpoint("group", _ => ["topic"], _ => { });
        using var provider = services.BuildServiceProvider();
        Assert.False(provider.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }
}
