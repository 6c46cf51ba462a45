using System.Buffers;
using Orchestrator.Activity;
using Orchestrator.Activity.Funnels;
using Orchestrator.Activity.Visitors;

namespace Orchestrator.Tests.Activity.Engine;

/// <summary>
/// An engine, the reference beside it, and a store that has what the engine hands over. A crash loses the engine and what was not stored yet, and goes on from the last snapshot
/// with the events since then.
/// </summary>
sealed class EngineRun(EngineBounds bounds)
{
    readonly List<ActivityEvent> _log = [];
    readonly ArrayBufferWriter<byte> _writing = new();
    int _begunAt = -1;
    byte[]? _snapshot;
    int _snapshotAt;

    public ActivityEngine Engine { get; private set; } = Make(bounds);

    public ReferenceActivity Reference { get; } = new(bounds, ActivityStreams.Funnels);

    public StoredFigures Stored { get; } = new();

    /// <summary>Does a step.</summary>
    public void Do(in ActivityStreams.Action action)
    {
        switch (action.Step)
        {
            case ActivityStreams.Step.Event:
                var latest = Math.Max(Reference.WatermarkMs, ActivityStreams.BeginMs);
                Take(action.Event with { EventId = ActivityStreams.Id(_log.Count), TimeMs = latest + action.AheadMs - action.BackMs });
                break;
            case ActivityStreams.Step.Again when _log.Count > 0:
                // The latest ones are those that are not too late yet.
                Take(_log[_log.Count - 1 - (action.Number % Math.Min(_log.Count, 20))]);
                break;
            case ActivityStreams.Step.Take:
                Stored.Take(() => Engine.Take(0, Now));
                break;
            case ActivityStreams.Step.BeginSnapshot:
                Engine.BeginSnapshot();
                _writing.ResetWrittenCount();
                _begunAt = _log.Count;
                break;
            case ActivityStreams.Step.Slice when _begunAt >= 0:
                if (!Engine.Snapshot(_writing))
                    (_snapshot, _snapshotAt, _begunAt) = (_writing.WrittenSpan.ToArray(), _begunAt, -1);
                break;
            case ActivityStreams.Step.GiveUp:
                Engine.GiveUpSnapshot();
                _begunAt = -1;
                break;
            case ActivityStreams.Step.Crash:
                Crash();
                break;
        }
    }

    /// <summary>All is handed over and stored.</summary>
    public void End()
    {
        while (!Engine.Settle(3))
        {
            // Some at a time.
        }
        do
            Stored.Take(() => Engine.Take(0, Now));
        while (Engine.HasChanged);
        Stored.Settle();
    }

    /// <summary>As late as the latest event.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, Reference.WatermarkMs));

    /// <summary>What a lane's engine is made of.</summary>
    public static ActivityEngine Make(EngineBounds bounds) => new(bounds, new FunnelPlan(ActivityStreams.Funnels));

    void Take(in ActivityEvent happened)
    {
        _log.Add(happened);
        Assert.Equal(Reference.Offer(happened), Engine.Count(happened, out _));
    }

    void Crash()
    {
        Stored.Crash();
        Engine = Make(bounds);
        if (_snapshot is not null)
            Engine.Restore(new MemoryStream(_snapshot));
        for (var i = _snapshot is null ? 0 : _snapshotAt; i < _log.Count; i++)
            Engine.Count(_log[i], out _);
        _begunAt = -1;
    }
}
