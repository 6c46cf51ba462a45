using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Tests.Sagas;

/// <summary>One lane of the sagas: takes messages in units of work on a clock of its own, keeps its timers, and shows what each unit published.</summary>
sealed class TransactionLane(LaneProcessor processor, NpgsqlDataSource? database = null)
{
    readonly Dictionary<Guid, TimerEntry> _timers = [];
    readonly LaneMessageReader _reader = new(SagaPipeline.Catalog);
    int _nextId;

    public DateTimeOffset Now { get; private set; } = TransactionMessages.Noon;

    /// <summary>All that was published, in order.</summary>
    public List<object> Published { get; } = [];

    public IReadOnlyCollection<TimerEntry> Timers => _timers.Values;

    public int Writes { get; private set; }

    public LaneProcessor Processor => processor;

    /// <summary>One unit of work; gives what it published.</summary>
    public async Task<IReadOnlyList<object>> TakeAsync(params IEnumerable<object> bodies) => await RunAsync([.. bodies.Select(Message)]);

    /// <summary>The clock moves on, and the timers that are due by then fire, each at its time.</summary>
    public async Task<IReadOnlyList<object>> WaitAsync(TimeSpan time)
    {
        var until = Now + time;
        var published = new List<object>();
        while (_timers.Values.Where(t => t.DueAt <= until).MinBy(t => t.DueAt) is { } due)
        {
            Now = due.DueAt > Now ? due.DueAt : Now;
            published.AddRange(await FireAsync(due));
        }
        Now = until;
        return published;
    }

    /// <summary>A timer that an owner before has stored.</summary>
    public void Restore(Guid id, DateTimeOffset dueAt, TransactionDeadline message) => _timers.Add(
        id, new TimerEntry(id, dueAt, OutgoingMessage.Of(SagasModule.DeadlineContract, message, id, "/orchestrator/sagas", Now, traceParent: null)));

    /// <summary>Time passes while nobody owns the lane: no timer fires.</summary>
    public void BeAway(TimeSpan time) => Now += time;

    /// <summary>A timer's message is taken, whether it is due or was cancelled since.</summary>
    public async Task<IReadOnlyList<object>> FireAsync(TimerEntry timer)
    {
        _timers.Remove(timer.Id);
        return await RunAsync([_reader.ReadTimer(timer.Id, timer.Message)]);
    }

    public TransactionSaga? Find(Guid transactionId)
    {
        var store = ((MassTransitLaneProcessor)processor).Store<TransactionSaga>(0);
        return store.Peek(transactionId);
    }

    async Task<IReadOnlyList<object>> RunAsync(IReadOnlyList<LaneMessage> messages)
    {
        var work = new UnitOfWork(new LaneId(SagasModule.Group, 0), Now, SagaPipeline.Catalog);
        try
        {
            await processor.PrepareAsync(messages, CancellationToken.None);
            foreach (var message in messages)
                await processor.HandleAsync(message, work, CancellationToken.None);
            processor.Complete(work);
            if (database is not null)
                await WriteAsync(database, work);
        }
        catch
        {
            processor.RolledBack();
            throw;
        }
        foreach (var timer in work.Timers)
            _timers.Add(timer.Id, timer);
        foreach (var cancelled in work.CancelledTimers)
            _timers.Remove(cancelled);
        Writes += work.Writes.Count;
        processor.Committed();
        var published = work.Outgoing.Select(SagaPipeline.Body).ToList();
        Published.AddRange(published);
        return published;
    }

    static Task WriteAsync(NpgsqlDataSource database, UnitOfWork work) =>
        CommitBatch.ExecuteAsync(database, [.. UnitWrite.Merged([work.Writes]).Select(CommitBatch.Step.Of)], CancellationToken.None);

    LaneMessage Message(object body)
    {
        var contract = SagaPipeline.Catalog.Of(body.GetType());
        return new LaneMessage
        {
            Origin = new MessageOrigin(contract.Topic, _nextId),
            Key = contract.Key(body),
            Id = new Guid(++_nextId, 0, 0, new byte[8]),
            Contract = contract,
            Body = body,
            Time = Now,
            Raw = new RawMessage(null, [], []),
        };
    }
}
