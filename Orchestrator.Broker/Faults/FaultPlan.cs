using System.Collections.Concurrent;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Faults;

/// <summary>What goes wrong on purpose.</summary>
internal sealed class FaultPlan
{
    readonly ConcurrentDictionary<ApiKey, ConcurrentQueue<KafkaError>> _errors = new();
    long _delayTicks;

    /// <summary>How much later every answer comes.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <summary>The next requests of a kind are answered with these errors, one each.</summary>
    public void Push(ApiKey api, IEnumerable<KafkaError> errors)
    {
        var queue = _errors.GetOrAdd(api, _ => new());
        foreach (var error in errors)
            queue.Enqueue(error);
    }

    /// <summary>The error that a request now meets.</summary>
    public KafkaError Next(ApiKey api) => _errors.TryGetValue(api, out var queue) && queue.TryDequeue(out var error) ? error : KafkaError.None;
}
