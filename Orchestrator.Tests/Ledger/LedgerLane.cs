using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Lanes;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>Runs units of work of one ledger lane against a database, without Kafka.</summary>
sealed class LedgerLane(NpgsqlDataSource database, int partition = 0, LedgerTelemetry? telemetry = null, ILogger<LedgerProcessor>? logger = null, CurrencyScales? currencies = null)
{
    static readonly LedgerTelemetry Telemetry = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
    static readonly MessageCatalog Catalog = new(ContractCatalog.All.Concat(LedgerModule.OwnContracts));
    static readonly RawMessage NoBytes = new(null, [], []);

    readonly LaneId _lane = new(LedgerModule.Group, partition);
    LedgerProcessor _processor = Processor(database, partition, telemetry, logger, currencies);
    readonly Dictionary<Guid, TimerEntry> _timers = [];
    DateTimeOffset _now = Commands.Noon.AddHours(1);

    /// <summary>Another process takes the lane over: nothing is in memory.</summary>
    public void Restart() => _processor = Processor(database, partition, telemetry, logger, currencies);

    /// <summary>One unit of work, committed, at the second try if the first rested on a wrong guess. Gives what it publishes, in order.</summary>
    public async Task<IReadOnlyList<Published>> RunAsync(params IEnumerable<object> bodies) => Committed(await WriteAsync(bodies, commit: true));

    /// <summary>One unit of work as it is tried first: the lane would run it again if it rested on a guess.</summary>
    public async Task<IReadOnlyList<Published>> RunOnceAsync(params IEnumerable<object> bodies) => Committed(await WriteOnceAsync(bodies, commit: true));

    /// <summary>One unit of work that is written and then lost, as when the database fails before the commit.</summary>
    public async Task LoseAsync(params IEnumerable<object> bodies)
    {
        await WriteAsync(bodies, commit: false);
        _processor.RolledBack();
    }

    /// <summary>One unit of work that is committed although the lane is told that it failed, as when the connection breaks at the commit.</summary>
    public async Task CommitUnnoticedAsync(params IEnumerable<object> bodies)
    {
        await WriteAsync(bodies, commit: true);
        _processor.RolledBack();
    }

    List<Published> Committed(UnitOfWork work)
    {
        _processor.Committed();
        foreach (var timer in work.Timers)
            _timers[timer.Id] = timer;
        foreach (var cancelled in work.CancelledTimers)
            _timers.Remove(cancelled);
        return [.. work.Outgoing.Select(Read)];
    }

    async Task<UnitOfWork> WriteAsync(IEnumerable<object> bodies, bool commit)
    {
        var all = bodies.ToList();
        try
        {
            return await WriteOnceAsync(all, commit);
        }
        catch (Exception) when (_processor.Guessed)
        {
            return await WriteOnceAsync(all, commit);
        }
    }

    async Task<UnitOfWork> WriteOnceAsync(IEnumerable<object> bodies, bool commit)
    {
        try
        {
            var work = await DecideAsync(bodies);
            await ExecuteAsync(work, commit);
            return work;
        }
        catch
        {
            _processor.RolledBack();
            throw;
        }
    }

    /// <summary>One command in a unit of its own; gives its reply.</summary>
    public async Task<ILedgerReply> AskAsync(ILedgerCommand command) => Assert.Single(Replies(await RunAsync(command)));

    /// <summary>Timers that are set and were not cancelled.</summary>
    public IReadOnlyCollection<TimerEntry> Timers => _timers.Values;

    /// <summary>The clock moves on while nobody owns the lane: no timer fires.</summary>
    public void BeAwayUntil(DateTimeOffset instant) => _now = instant;

    /// <summary>A timer's message is taken, whether it is due or was cancelled since.</summary>
    public async Task<IReadOnlyList<Published>> FireAsync(TimerEntry timer) => await RunAsync(Read(timer.Message).Body);

    /// <summary>The clock moves on to <paramref name="instant"/>, and the timers that are due fire.</summary>
    public async Task<IReadOnlyList<Published>> WaitUntilAsync(DateTimeOffset instant)
    {
        _now = instant;
        var due = _timers.Values.Where(t => t.DueAt <= instant).ToList();
        due.ForEach(t => _timers.Remove(t.Id));
        return due.Count == 0 ? [] : await RunAsync(due.Select(t => Read(t.Message).Body));
    }

    public static IEnumerable<ILedgerReply> Replies(IEnumerable<Published> published) => published.Select(p => p.Body).OfType<ILedgerReply>();

    public static IEnumerable<LedgerEventRecorded> Events(IEnumerable<Published> published) => published.Select(p => p.Body).OfType<LedgerEventRecorded>();

    async Task<UnitOfWork> DecideAsync(IEnumerable<object> bodies)
    {
        _now = _now.AddMilliseconds(1);
        var work = new UnitOfWork(_lane, _now, Catalog);
        var messages = bodies.Select(Message).ToList();
        await _processor.PrepareAsync(messages, CancellationToken.None);
        foreach (var message in messages)
            await _processor.HandleAsync(message, work, CancellationToken.None);
        _processor.Complete(work);
        return work;
    }

    // What is not committed is still executed, then rolled back by a last step that fails.
    async Task ExecuteAsync(UnitOfWork work, bool commit)
    {
        var steps = UnitWrite.Merged([work.Writes]).Select(CommitBatch.Step.Of).ToList();
        if (!commit)
            steps.Add(new(new NpgsqlBatchCommand("select 1"), 0, _ => new TakenBackException()));
        try
        {
            await CommitBatch.ExecuteAsync(database, steps, CancellationToken.None);
        }
        catch (TakenBackException)
        {
            // As it should be.
        }
    }

    sealed class TakenBackException : Exception;

    static LedgerProcessor Processor(
        NpgsqlDataSource database, int partition, LedgerTelemetry? telemetry, ILogger<LedgerProcessor>? logger, CurrencyScales? currencies) => new(
        new LaneId(LedgerModule.Group, partition), database, new LedgerOptions(), currencies ?? CurrencyScales.Iso, telemetry ?? Telemetry, logger ?? NullLogger<LedgerProcessor>.Instance);

    static LaneMessage Message(object body) => new()
    {
        Origin = new MessageOrigin("ledger-commands", 0),
        Key = "",
        Id = Guid.Empty,
        Contract = Catalog.Of(body.GetType()),
        Body = body,
        Time = Commands.Noon,
        Raw = NoBytes,
    };

    static Published Read(OutgoingMessage message)
    {
        Assert.True(Catalog.TryFind(message.Type, out var contract));
        return new Published(message.Id, JsonSerializer.Deserialize(message.Body.Span, contract.Json)!);
    }

    /// <summary>A published message as its receivers read it.</summary>
    internal sealed record Published(Guid Id, object Body);
}
