using System.Collections.Concurrent;
using Confluent.Kafka;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka.Iam;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Kafka;

/// <summary>
/// Finds the gaps at the ends of a group's partitions. Where a lane stands still before an end, another client looks whether a message comes before it; the one that reads for lanes is not told of ends, which would cost a tenth of what
/// it can do. A group that reads no transactions has no such client, and pays for a comparison a second.
/// </summary>
/// <param name="group">The group.</param>
/// <param name="kafka">How to reach the brokers.</param>
/// <param name="found">Told of each gap, on a thread of the probe's.</param>
internal sealed class GapProbe(string group, KafkaOptions kafka, Action<Gap> found) : IAsyncDisposable
{
    const int MostPolls = 50;
    const int MostPlaces = 100;
    const int LongestRest = 60;
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(5);

    // Where a message follows; the lane comes to it by itself.
    readonly ConcurrentDictionary<TopicPartition, long> _refuted = new();
    readonly CancellationTokenSource _stop = new();
    Dictionary<TopicPartition, long> _before = [];
    Task _probing = Task.CompletedTask;

    // Looks that are left out, twice as many after each probe that has learned nothing: brokers may be away for long.
    int _rest;
    int _left;

    /// <summary>Looks at where lanes are, about once a second; one that has not moved since the last time is looked into.</summary>
    public void Look(IReadOnlyList<LanePlace> places)
    {
        if (!_probing.IsCompleted || _left-- > 0)
            return;
        var behind = places.Where(p => p.Position < p.End).ToDictionary(p => new TopicPartition(p.Topic, p.Partition), p => p.Position);
        var still = behind.Where(p => _before.TryGetValue(p.Key, out var before) && before == p.Value && !(_refuted.TryGetValue(p.Key, out var refuted) && refuted == p.Value)).Take(MostPlaces).ToList();
        _before = behind;
        if (still.Count > 0)
            _probing = Task.Factory.StartNew(() => Probe(still), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    void Probe(List<KeyValuePair<TopicPartition, long>> places)
    {
        _rest = HasLearned(places) ? 0 : Math.Min(LongestRest, (_rest * 2) + 1);
        _left = _rest;
    }

    bool HasLearned(List<KeyValuePair<TopicPartition, long>> places)
    {
        try
        {
            using var consumer = Consumer();
            var open = places.ToDictionary();
            consumer.Assign(places.Select(p => new TopicPartitionOffset(p.Key, p.Value)));
            for (var polls = 0; open.Count > 0 && polls < MostPolls && !_stop.IsCancellationRequested; polls++)
            {
                if (consumer.Consume(Poll) is not { } read || !open.Remove(read.TopicPartition, out var from))
                    continue;
                if (!read.IsPartitionEOF)
                    _refuted[read.TopicPartition] = from;
                else if (read.Offset.Value > from)
                    found(new Gap(read.Topic, read.Partition.Value, from, read.Offset.Value));
            }
            return open.Count < places.Count;
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException)
        {
            // The brokers are away, or do not let this process in; the lane's own client says so.
            return false;
        }
    }

    IConsumer<byte[], byte[]> Consumer() =>
        new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(kafka.ConsumerConfig(group))
        {
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 50,
            MaxPartitionFetchBytes = 1 << 14,
            QueuedMinMessages = 1,
        })
        .SetErrorHandler((_, _) => { })
        .SetLogHandler((_, _) => { })
        .BuildSignedIn(kafka.ClientConfig());

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // A client whose broker is away may not come to its end; it is left to that of the process.
        if (await Task.WhenAny(_probing, Task.Delay(CloseWithin)) == _probing)
            _stop.Dispose();
    }
}
