using System.Buffers;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Visitors;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Activity;

/// <summary>
/// Follows the visitors of a lane: counts what is recorded, says what known customers do, and hands the figures over to whoever stores them, which nothing that is counted or
/// said depends on. What it says follows from the events alone, so a replay comes to the same state without it.
/// </summary>
/// <param name="engine">What this lane remembers.</param>
/// <param name="sink">Stores figures; null when nobody does.</param>
/// <param name="figures">What is counted of the lane itself.</param>
/// <param name="storeEvery">How often figures are handed over.</param>
sealed class ActivityProcessor(ActivityEngine engine, IFigureSink? sink, LaneTelemetry figures, TimeSpan storeEvery) : StreamProcessor
{
    const int SettledATurn = 1_000;

    // The age of what is shown is that of the last hand-over, whether anything came or not.
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    readonly EventReader _reader = new();
    readonly long _opening = sink?.Open(figures.Lane) ?? 0;
    DateTimeOffset _handedOverAt;

    /// <inheritdoc />
    public override void Process(in StreamMessage message, StreamOutput output)
    {
        if (Take(message, out var observation) is { } recorded && observation.CustomerId is { } customer)
            output.Answer(Said(recorded, customer, observation));
    }

    /// <inheritdoc />
    public override void Replay(in StreamMessage message, in StreamAnswer answer) => Take(message, out _);

    /// <inheritdoc />
    public override void Turn(DateTimeOffset now)
    {
        engine.Settle(SettledATurn);
        figures.Follow(engine, now);
        var passed = now - _handedOverAt;
        if (passed < storeEvery || (passed < LookEvery && !engine.HasChanged))
            return;
        if (sink is null)
            engine.Take(figures.Lane, now);
        else if (!HandOver(sink, now))
            return;
        _handedOverAt = now;
    }

    /// <inheritdoc />
    public override void BeginSnapshot() => engine.BeginSnapshot();

    /// <inheritdoc />
    public override bool Snapshot(IBufferWriter<byte> writer) => engine.Snapshot(writer);

    /// <inheritdoc />
    public override void GiveUpSnapshot() => engine.GiveUpSnapshot();

    /// <inheritdoc />
    public override void Restore(Stream snapshot)
    {
        engine.Restore(snapshot);
        figures.Begin(engine);
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        figures.Dispose();
        return base.DisposeAsync();
    }

    bool HandOver(IFigureSink to, DateTimeOffset now)
    {
        var room = to.RoomForSessions(figures.Lane);
        return to.TryTake(figures.Lane, _opening, engine.Position, () => engine.Take(figures.Lane, now, room));
    }

    ActivityRecorded? Take(in StreamMessage message, out Observation observation)
    {
        observation = default;
        ActivityRecorded? taken = null;
        switch (message.Body)
        {
            case ActivityRecorded recorded:
                engine.Count(_reader.Read(recorded, message.BrokerTime), out observation);
                taken = recorded;
                break;
            case ActivityErased erased:
                engine.Erase(erased.VisitorId);
                break;
        }
        engine.Position = message.Offset + 1;
        return taken;
    }

    static CustomerObserved Said(ActivityRecorded recorded, string customer, in Observation observation) => new(
        recorded.EventId, recorded.VisitorId, customer, Time.At(observation.AtMs), Time.At(observation.SessionStartMs), observation.IsFirst, observation.Views, observation.Events,
        observation.SessionsInHour, observation.IsOnNewDevice, observation.LoginMs is { } login ? Time.At(login) : null, recorded.Url);
}
