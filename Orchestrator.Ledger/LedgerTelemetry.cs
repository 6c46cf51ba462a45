using System.Diagnostics.Metrics;
using System.Text.Json;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Lanes;
using Orchestrator.Ledger.Linked;

namespace Orchestrator.Ledger;

/// <summary>What the ledger counts: meter <c>Orchestrator.Ledger</c>.</summary>
public sealed class LedgerTelemetry : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "Orchestrator.Ledger";

    static readonly string[] TypeNames = Enum.GetNames<LedgerEventType>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).ToArray();

    readonly Meter _meter;
    readonly Counter<long> _events;
    readonly Counter<long> _refusals;
    readonly Counter<long> _linked;
    readonly Counter<long> _reusedIds;

    /// <summary>Creates the instruments.</summary>
    public LedgerTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _events = _meter.CreateCounter<long>("orchestrator.ledger.events", "{event}", "Ledger events committed, by type");
        _refusals = _meter.CreateCounter<long>("orchestrator.ledger.refusals", "{command}", "Commands refused for the first time, by reason");
        _linked = _meter.CreateCounter<long>("orchestrator.ledger.linked", "{chain}", "Chains of linked transfers decided, by outcome");
        _reusedIds = _meter.CreateCounter<long>(
            "orchestrator.ledger.reused_ids", "{command}", "Freezes, unfreezes and closings dropped because their id was used for another command");
    }

    internal void Committed(IReadOnlyList<LedgerEvent> events, IReadOnlyList<Refusal> refusals)
    {
        Span<int> byType = stackalloc int[TypeNames.Length];
        foreach (var e in events)
            byType[(int)e.Type]++;
        for (var type = 0; type < byType.Length; type++)
        {
            if (byType[type] > 0)
                _events.Add(byType[type], new KeyValuePair<string, object?>("type", TypeNames[type]));
        }
        foreach (var refusal in refusals)
            _refusals.Add(1, new KeyValuePair<string, object?>("reason", refusal.Reason));
    }

    internal void Decided(IEnumerable<LinkedState> chains)
    {
        foreach (var state in chains)
            _linked.Add(1, new KeyValuePair<string, object?>("outcome", state is LinkedState.GoingThrough ? "posted" : "refused"));
    }

    internal void IdsReused(int count)
    {
        if (count > 0)
            _reusedIds.Add(count);
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
