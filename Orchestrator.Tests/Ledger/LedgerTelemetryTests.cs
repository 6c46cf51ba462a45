using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Lanes;
using Xunit;

namespace Orchestrator.Tests.Ledger;

public sealed class LedgerTelemetryTests
{
    [Fact]
    public void Telemetry_when_a_unit_is_committed_does_count_by_type_and_reason()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var telemetry = new LedgerTelemetry(services.GetRequiredService<IMeterFactory>());
        var counted = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var name = (string)tags[0].Value!;
            counted[name] = counted.GetValueOrDefault(name) + value;
        });
        listener.Start();

        telemetry.Committed(
            [Event(LedgerEventType.HoldPlaced), Event(LedgerEventType.Credited), Event(LedgerEventType.HoldPlaced)],
            [new Refusal(Commands.Id(9), Commands.Id(9), LedgerRefusals.InsufficientFunds, Commands.Noon)]);

        Assert.Equal(2, counted["hold_placed"]);
        Assert.Equal(1, counted["credited"]);
        Assert.Equal(1, counted[LedgerRefusals.InsufficientFunds]);
    }

    static LedgerEvent Event(LedgerEventType type) =>
        new("alice", 1, type, 5, Commands.Id(1), null, null, null, null, Commands.Noon, Commands.Noon);
}
