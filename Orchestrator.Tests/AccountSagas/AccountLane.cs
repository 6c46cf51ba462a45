using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas.AccountSagas;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>One lane: takes messages in units of work on a clock of its own, keeps its timers, and shows what each unit published.</summary>
sealed class AccountLane(LaneId id, LaneProcessor processor, NpgsqlDataSource? database)
{
    readonly Dictionary<Guid, TimerEntry> _timers = [];
    readonly LaneMessageReader _reader = new(AccountPipeline.Catalog);
    int _nextId;

    public DateTimeOffset Now { get; private set; } = AccountMessages.Noon;

    /// <summary>All that was published, in order.</summary>
    public List<object> Published { get; } = [];

    public IReadOnlyCollection<TimerEntry> Timers => _timers.Values;

    public int Writes { get; private set; }

    /// <summary>One unit of work, at the second try if the first rested on a wrong guess; gives what it published.</summary>
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

    /// <summary>A timer's message is taken, whether it is due or was cancelled since.</summary>
    public async Task<IReadOnlyList<object>> FireAsync(TimerEntry timer)
    {
        _timers.Remove(timer.Id);
        return await RunAsync([_reader.ReadTimer(timer.Id, timer.Message)]);
    }

    public AccountSaga? Find(string account = AccountMessages.Account) =>
        ((MassTransitLaneProcessor)processor).Store<AccountSaga>(0).Peek(AccountIds.SagaOf(account));

    public string State => Find()?.CurrentState ?? "Initial";

    /// <summary>The unit of work as it is decided, before it is committed.</summary>
    public async Task<UnitOfWork> DecideAsync(params IEnumerable<object> bodies) => await DecideAsync([.. bodies.Select(Message)]);

    /// <summary>Commits what was decided.</summary>
    public async Task CommitAsync(UnitOfWork work)
    {
        try
        {
            await WriteAsync(work);
        }
        catch
        {
            processor.RolledBack();
            throw;
        }
        processor.Committed();
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
        var published = Bodies(work);
        Published.AddRange(published);
        return published;
    }

    public static List<object> Bodies(UnitOfWork work) => [.. work.Outgoing.Select(message =>
    {
        Assert.True(AccountPipeline.Catalog.TryFind(message.Type, out var contract), message.Type);
        return JsonSerializer.Deserialize(message.Body.Span, contract.Json)!;
    })];

    async Task<UnitOfWork> WrittenAsync(IReadOnlyList<LaneMessage> messages)
    {
        for (var again = false; ; again = true)
        {
            var guessed = false;
            try
            {
                var work = await DecideAsync(messages);
                guessed = processor.Guessed;
                await WriteAsync(work);
                return work;
            }
            catch (Exception) when (guessed && !again)
            {
                processor.RolledBack();
            }
            catch
            {
                processor.RolledBack();
                throw;
            }
        }
    }

    async Task<UnitOfWork> DecideAsync(IReadOnlyList<LaneMessage> messages)
    {
        var work = new UnitOfWork(id, Now, AccountPipeline.Catalog);
        await processor.PrepareAsync(messages, CancellationToken.None);
        foreach (var message in messages)
            await processor.HandleAsync(message, work, CancellationToken.None);
        processor.Complete(work);
        return work;
    }

    Task WriteAsync(UnitOfWork work) => database is null
        ? Task.CompletedTask
        : CommitBatch.ExecuteAsync(database, [.. UnitWrite.Merged([work.Writes]).Select(CommitBatch.Step.Of)], CancellationToken.None);

    LaneMessage Message(object body)
    {
        var contract = AccountPipeline.Catalog.Of(body.GetType());
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
