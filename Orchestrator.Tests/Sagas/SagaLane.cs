using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Sagas;

/// <summary>One lane of sagas: takes messages in units of work on a clock of its own, keeps its timers, and shows what each unit published.</summary>
abstract class SagaLane(LaneId id, LaneProcessor processor, MessageCatalog catalog, DateTimeOffset now, NpgsqlDataSource? database)
{
    readonly Dictionary<Guid, TimerEntry> _timers = [];
    readonly LaneMessageReader _reader = new(catalog);
    int _nextId;

    public DateTimeOffset Now { get; protected set; } = now;

    /// <summary>All that was published, in order.</summary>
    public List<object> Published { get; } = [];

    public IReadOnlyCollection<TimerEntry> Timers => _timers.Values;

    public int Writes { get; private set; }

    public LaneProcessor Processor => processor;

    /// <summary>One unit of work; gives what it published.</summary>
    public async Task<IReadOnlyList<object>> TakeAsync(params IEnumerable<object> bodies) => await RunAsync(Messages(bodies));

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

    /// <summary>A timer's message is taken, whether it is due or was cancelled since.</summary>
    public async Task<IReadOnlyList<object>> FireAsync(TimerEntry timer)
    {
        _timers.Remove(timer.Id);
        return await RunAsync([_reader.ReadTimer(timer.Id, timer.Message)]);
    }

    /// <summary>A message that nobody has published: this is its body, and that is when.</summary>
    public static LaneMessage Given(MessageCatalog catalog, object body, int number, DateTimeOffset at)
    {
        var contract = catalog.Of(body.GetType());
        return new LaneMessage
        {
            Origin = new MessageOrigin(contract.Topic, number - 1),
            Key = contract.Key(body),
            Id = new Guid(number, 0, 0, new byte[8]),
            Contract = contract,
            Body = body,
            Time = at,
            Raw = new RawMessage(null, [], []),
        };
    }

    /// <summary>What a message says.</summary>
    public static object Body(MessageCatalog catalog, OutgoingMessage message)
    {
        Assert.True(catalog.TryFind(message.Type, out var contract), message.Type);
        return JsonSerializer.Deserialize(message.Body.Span, contract.Json)!;
    }

    protected TSaga? Peek<TSaga>(Guid sagaId) where TSaga : class, ILaneSaga, new() => ((MassTransitLaneProcessor)processor).Store<TSaga>(0).Peek(sagaId);

    protected void Restore(TimerEntry timer) => _timers.Add(timer.Id, timer);

    protected IReadOnlyList<LaneMessage> Messages(IEnumerable<object> bodies) => [.. bodies.Select(body => Given(catalog, body, ++_nextId, Now))];

    protected async Task<UnitOfWork> DecidedAsync(IReadOnlyList<LaneMessage> messages)
    {
        var work = new UnitOfWork(id, Now, catalog);
        await processor.PrepareAsync(messages, CancellationToken.None);
        foreach (var message in messages)
            await processor.HandleAsync(message, work, CancellationToken.None);
        processor.Complete(work);
        return work;
    }

    protected Task WriteAsync(UnitOfWork work) => database is null
        ? Task.CompletedTask
        : CommitBatch.ExecuteAsync(database, [.. UnitWrite.Merged([work.Writes]).Select(CommitBatch.Step.Of)], CancellationToken.None);

    /// <summary>What is decided and written, or rolled back.</summary>
    protected virtual async Task<UnitOfWork> WrittenAsync(IReadOnlyList<LaneMessage> messages)
    {
        try
        {
            var work = await DecidedAsync(messages);
            await WriteAsync(work);
            return work;
        }
        catch
        {
            processor.RolledBack();
            throw;
        }
    }

    async Task<IReadOnlyList<object>> RunAsync(IReadOnlyList<LaneMessage> messages)
    {
        var work = await WrittenAsync(messages);
        foreach (var timer in work.Timers)
            _timers.Add(timer.Id, timer);
        foreach (var cancelled in work.CancelledTimers)
            _timers.Remove(cancelled);
        Writes += work.Writes.Count;
        processor.Committed();
        var published = work.Outgoing.Select(message => Body(catalog, message)).ToList();
        Published.AddRange(published);
        return published;
    }
}
