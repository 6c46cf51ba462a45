using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Labels;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Decisioning.Records;

/// <summary>
/// Stores decisions and labels, in sets. The tables' keys tell what was stored before, and the first one stays: so whatever comes again, from Kafka or after a
/// crash that took the last commits back, changes nothing.
/// </summary>
public sealed class DecisionRecordsProcessor : LaneProcessor
{
    readonly List<FraudAssessed> _decisions = [];
    readonly List<FraudLabelled> _labels = [];

    /// <inheritdoc />
    public override bool KnowsDuplicates => true;

    /// <inheritdoc />
    public override ValueTask HandleAsync(LaneMessage message, UnitOfWork work, CancellationToken cancellationToken)
    {
        switch (message.Body)
        {
            case FraudAssessed decision:
                _decisions.Add(decision);
                break;
            case DecisionAnswered answered:
                _decisions.Add(answered.Decision);
                break;
            case FraudLabelled label:
                _labels.Add(label);
                break;
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override void Complete(UnitOfWork work)
    {
        if (_decisions.Count > 0)
            work.WriteRows(DecisionWrites.Insert(_decisions));
        if (_labels.Count > 0)
            work.WriteRows(LabelWrites.Insert(_labels));
    }

    /// <inheritdoc />
    public override void Committed() => Forget();

    /// <inheritdoc />
    public override void RolledBack() => Forget();

    void Forget()
    {
        _decisions.Clear();
        _labels.Clear();
    }
}
