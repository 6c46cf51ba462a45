using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas;
using Orchestrator.Sagas.TransactionSagas;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas.Model;

/// <summary>What a message has made of a saga.</summary>
/// <param name="Saga">The saga afterwards; null while there is none.</param>
/// <param name="Published">What was published, in order.</param>
/// <param name="Set">Timers that were set.</param>
/// <param name="TakenBack">Timers that were taken back.</param>
sealed record SagaStep(TransactionSaga? Saga, IReadOnlyList<object> Published, IReadOnlyList<TimerEntry> Set, IReadOnlyList<Guid> TakenBack);

/// <summary>A lane of the real machine that keeps nothing: a message meets the saga as it is given, so that one can go on from the same place in several ways.</summary>
sealed class ForkingLane : IAsyncDisposable
{
    readonly LaneMessageReader _reader = new(SagaPipeline.Catalog);
    readonly ServiceProvider _provider;
    readonly LaneProcessor _processor;
    readonly Given _given;
    int _nextId;

    ForkingLane(ServiceProvider provider, LaneProcessor processor, Given given) => (_provider, _processor, _given) = (provider, processor, given);

    public static async Task<ForkingLane> OpenAsync(FraudDefault assessmentDefault = FraudDefault.Decline, FraudOutcome reviewDefault = FraudOutcome.Decline)
    {
        var given = new Given();
        var provider = await SagaPipeline.StartAsync(assessmentDefault, database: null, reviewDefault, given);
        var processor = SagaPipeline.Processor(provider);
        await processor.OpenAsync(CancellationToken.None);
        processor.RolledBack();
        return new ForkingLane(provider, processor, given);
    }

    /// <summary>A message meets the saga.</summary>
    public Task<SagaStep> TakeAsync(TransactionSaga? saga, DateTimeOffset now, object body) =>
        RunAsync(saga, now, SagaLane.Given(SagaPipeline.Catalog, body, ++_nextId, now));

    /// <summary>A timer is due.</summary>
    public Task<SagaStep> FireAsync(TransactionSaga? saga, DateTimeOffset now, TimerEntry timer) => RunAsync(saga, now, _reader.ReadTimer(timer.Id, timer.Message));

    async Task<SagaStep> RunAsync(TransactionSaga? saga, DateTimeOffset now, LaneMessage message)
    {
        _given.Saga = saga is null ? null : Copied(saga);
        var work = new UnitOfWork(new LaneId(SagasModule.Group, 0), now, SagaPipeline.Catalog);
        try
        {
            await _processor.PrepareAsync([message], CancellationToken.None);
            await _processor.HandleAsync(message, work, CancellationToken.None);
            _processor.Complete(work);
            var after = ((MassTransitLaneProcessor)_processor).Store<TransactionSaga>(0).Peek(Id);
            return new SagaStep(after, [.. work.Outgoing.Select(SagaPipeline.Body)], [.. work.Timers], [.. work.CancelledTimers]);
        }
        finally
        {
            _processor.RolledBack();
        }
    }

    public async ValueTask DisposeAsync() => await StartedBus.StopAsync(_provider);

    static TransactionSaga Copied(TransactionSaga saga)
    {
        var copy = new TransactionSaga();
        foreach (var property in Properties)
            property.SetValue(copy, property.GetValue(saga));
        copy.Timeline = [.. saga.Timeline];
        if (saga.Details is { } details)
        {
            copy.Details = new TransactionDetails
            {
                ManualCapture = details.ManualCapture, CapturedMinor = details.CapturedMinor, ReversalReason = details.ReversalReason,
                GivenUpReversals = details.GivenUpReversals, Attempt = details.Attempt, FailedBecause = details.FailedBecause, Taken = [.. details.Taken],
            };
        }
        return copy;
    }

    static readonly System.Reflection.PropertyInfo[] Properties = [.. typeof(TransactionSaga).GetProperties().Where(p => p.CanWrite && p.SetMethod!.IsPublic)];

    sealed class Given : ISagaLoader<TransactionSaga>
    {
        public TransactionSaga? Saga { get; set; }

        public Task<IReadOnlyList<TransactionSaga>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<TransactionSaga>>(Saga is { } saga && ids.Contains(saga.CorrelationId) ? [saga] : []);
    }
}
