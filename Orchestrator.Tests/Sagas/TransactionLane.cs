using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Tests.Sagas;

/// <summary>A lane of transactions' sagas.</summary>
sealed class TransactionLane(LaneProcessor processor, NpgsqlDataSource? database = null)
    : SagaLane(new LaneId(SagasModule.Group, 0), processor, SagaPipeline.Catalog, TransactionMessages.Noon, database)
{
    /// <summary>A timer that an owner before has stored.</summary>
    public void Restore(Guid id, DateTimeOffset dueAt, TransactionDeadline message) => Restore(
        new TimerEntry(id, dueAt, OutgoingMessage.Of(SagasModule.DeadlineContract, message, id, "/orchestrator/sagas", Now, traceParent: null)));

    /// <summary>Time passes while nobody owns the lane: no timer fires.</summary>
    public void BeAway(TimeSpan time) => Now += time;

    public TransactionSaga? Find(Guid transactionId) => Peek<TransactionSaga>(transactionId);
}
