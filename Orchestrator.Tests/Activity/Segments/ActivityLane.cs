using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Activity.Customers;
using Orchestrator.Activity.Segments;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Customers;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>Runs units of work of one lane of either group against a database, without Kafka. Ids that were taken are dropped, as the inbox does.</summary>
sealed class ActivityLane : IDisposable
{
    static readonly MessageCatalog Catalog = new(ContractCatalog.All.Append(SegmentsDue.Contract));

    static readonly SegmentTelemetry Telemetry = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    readonly NpgsqlDataSource _database;
    readonly Func<LaneProcessor> _create;
    readonly HashSet<Guid> _taken = [];
    readonly Dictionary<Guid, TimerEntry> _timers = [];
    LaneProcessor _processor;

    ActivityLane(NpgsqlDataSource database, SegmentsWatch watch, Func<LaneProcessor> create)
    {
        (_database, Watch, _create) = (database, watch, create);
        _processor = create();
    }

    public FakeTimeProvider Time { get; } = new(Facts.Noon);

    public SegmentsWatch Watch { get; }

    public IReadOnlyCollection<TimerEntry> Timers => _timers.Values;

    /// <summary>A lane that keeps segments.</summary>
    public static ActivityLane OfSegments(NpgsqlDataSource database, int inMemory = 100)
    {
        var watch = new SegmentsWatch(database, new SegmentsOptions(), TimeProvider.System, NullLogger<SegmentsWatch>.Instance);
        return new ActivityLane(database, watch, () => new SegmentsProcessor(database, watch, Telemetry, inMemory));
    }

    /// <summary>A lane that says facts by customer.</summary>
    public static ActivityLane OfFacts(NpgsqlDataSource database, int inMemory = 100)
    {
        var watch = new SegmentsWatch(database, new SegmentsOptions(), TimeProvider.System, NullLogger<SegmentsWatch>.Instance);
        return new ActivityLane(database, watch, () => new CustomerFactsProcessor(database, inMemory));
    }

    /// <summary>Another process takes the lane over: nothing is in memory.</summary>
    public void Restart() => _processor = _create();

    /// <summary>One unit of work, committed. Gives what it publishes, in order.</summary>
    public async Task<IReadOnlyList<object>> RunAsync(params IReadOnlyList<(Guid Id, object Body)> messages)
    {
        var (work, handled) = await WriteAsync(messages, commit: true);
        _processor.Committed();
        return Committed(work, handled);
    }

    /// <inheritdoc cref="RunAsync(IReadOnlyList{ValueTuple{Guid, object}})" />
    public Task<IReadOnlyList<object>> RunAsync(params CustomerFact[] facts) => RunAsync([.. facts.Select(f => (f.FactId, (object)f))]);

    /// <summary>One unit of work that is written and then lost, as when the database fails before the commit.</summary>
    public async Task LoseAsync(params CustomerFact[] facts)
    {
        await WriteAsync([.. facts.Select(f => (f.FactId, (object)f))], commit: false);
        _processor.RolledBack();
    }

    /// <summary>One unit of work that is committed although the lane is told that it failed, as when the connection breaks at the commit.</summary>
    public async Task<IReadOnlyList<object>> CommitUnnoticedAsync(params CustomerFact[] facts)
    {
        var (work, handled) = await WriteAsync([.. facts.Select(f => (f.FactId, (object)f))], commit: true);
        _processor.RolledBack();
        return Committed(work, handled);
    }

    /// <summary>The clock moves on, and the timers that come due fire in time.</summary>
    public async Task<IReadOnlyList<object>> WaitUntilAsync(DateTimeOffset instant)
    {
        var published = new List<object>();
        while (_timers.Values.Where(t => t.DueAt <= instant).MinBy(t => t.DueAt) is { } next)
        {
            if (next.DueAt > Time.GetUtcNow())
                Time.SetUtcNow(next.DueAt);
            _timers.Remove(next.Id);
            published.AddRange(await RunAsync([(next.Message.Id, Read(next.Message))]));
        }
        Time.SetUtcNow(instant);
        return published;
    }

    public void Dispose() => Watch.Dispose();

    List<object> Committed(UnitOfWork work, IReadOnlyList<LaneMessage> handled)
    {
        _taken.UnionWith(handled.Select(m => m.Id));
        foreach (var timer in work.Timers)
            _timers[timer.Id] = timer;
        return [.. work.Outgoing.Select(Read)];
    }

    async Task<(UnitOfWork Work, IReadOnlyList<LaneMessage> Handled)> WriteAsync(IReadOnlyList<(Guid Id, object Body)> bodies, bool commit)
    {
        var work = new UnitOfWork(new LaneId("test", 0), Time.GetUtcNow(), Catalog);
        var messages = bodies.Where(b => !_taken.Contains(b.Id)).DistinctBy(b => b.Id).Select(b => Message(b.Id, b.Body)).ToList();
        try
        {
            await _processor.PrepareAsync(messages, CancellationToken.None);
            foreach (var message in messages)
                await _processor.HandleAsync(message, work, CancellationToken.None);
            _processor.Complete(work);
            await ExecuteAsync(work, commit);
        }
        catch
        {
            _processor.RolledBack();
            throw;
        }
        return (work, messages);
    }

    // What is not committed is still executed, then rolled back by a last step that fails.
    async Task ExecuteAsync(UnitOfWork work, bool commit)
    {
        var steps = UnitWrite.Merged([work.Writes]).Select(CommitBatch.Step.Of).ToList();
        if (!commit)
            steps.Add(new(new NpgsqlBatchCommand("select 1"), 0, _ => new TakenBackException()));
        try
        {
            if (steps.Count > 0)
                await CommitBatch.ExecuteAsync(_database, steps, CancellationToken.None);
        }
        catch (TakenBackException)
        {
            // As it should be.
        }
    }

    static object Read(OutgoingMessage message)
    {
        Assert.True(Catalog.TryFind(message.Type, out var contract));
        return JsonSerializer.Deserialize(message.Body.Span, contract.Json)!;
    }

    static LaneMessage Message(Guid id, object body)
    {
        var contract = Catalog.Of(body.GetType());
        return new LaneMessage
        {
            Origin = new MessageOrigin(contract.Topic, 0),
            Key = contract.Key(body),
            Id = id,
            Contract = contract,
            Body = body,
            Time = Facts.Noon,
            Raw = new RawMessage(null, [], []),
        };
    }

    sealed class TakenBackException : Exception;
}
