using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Casework.Alerts;

/// <summary>Keeps alerts, in sets, and opens or joins the cases that they belong to. An alert is known by its id, so whatever comes again changes nothing.</summary>
public sealed class AlertsProcessor(CaseworkOptions options) : LaneProcessor
{
    readonly List<AlertRaised> _alerts = [];

    /// <inheritdoc />
    public override bool KnowsDuplicates => true;

    /// <inheritdoc />
    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        if (message.Body is AlertRaised alert)
            _alerts.Add(alert);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override void Complete(UnitOfWork work)
    {
        if (_alerts.Count > 0)
            work.WriteRows(AlertWrites.Insert(_alerts, options, work.Now));
    }

    /// <inheritdoc />
    public override void Committed() => _alerts.Clear();

    /// <inheritdoc />
    public override void RolledBack() => _alerts.Clear();
}
