using System.Diagnostics;
using Confluent.Kafka;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Load;

/// <summary>
/// Submits transactions over Kafka, learns of their ends over Kafka, and follows each from one to the other. Every transaction submitted must
/// end, and end once, or the run has failed.
/// </summary>
sealed class LoadRun : IDisposable
{
    const int Slots = 1 << 17;
    static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    readonly IFlow _flow;
    readonly LoadPlan _plan;
    readonly IProducer<byte[], byte[]> _producer;
    readonly IConsumer<byte[], byte[]> _consumer;
    readonly long[] _due = new long[Slots];
    readonly int[] _unfinished;
    long _submitted;
    long _ended;
    long _completed;
    long _windowBegin;
    long _windowEnd = long.MaxValue;
    LatencyRecorder? _latency;
    bool _draining;
    volatile Exception? _failure;

    public LoadRun(IFlow flow, LoadPlan plan, KafkaOptions kafka)
    {
        _flow = flow;
        _plan = plan;
        _unfinished = new int[plan.Partitions];
        _producer = QuietClients.Producer(kafka, plan.LingerMs);
        _consumer = QuietClients.Consumer(kafka, "bench-generator");
    }

    /// <summary>Where the numbering begins; a second load on the same servers goes on after the first.</summary>
    public long FirstSequence { get; init; }

    /// <summary>The whole load: warm-up, measured window, and the rest until nothing is unfinished.</summary>
    /// <param name="onWindow">Called when the window begins and when it ends.</param>
    /// <param name="stop">Gives up.</param>
    public Task<LoadFigures> RunAsync(Func<bool, Task> onWindow, CancellationToken stop) =>
        Task.Factory.StartNew(() => Run(onWindow, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>How many transactions have not ended, by partition, and how old the oldest is.</summary>
    public string Unfinished()
    {
        var oldest = _due.Where(due => due != 0).DefaultIfEmpty(Stopwatch.GetTimestamp()).Min();
        return $"unfinished by partition: {string.Join(' ', _unfinished)}, the oldest for {Stopwatch.GetElapsedTime(oldest).TotalSeconds:N1} s";
    }

    LoadFigures Run(Func<bool, Task> onWindow, CancellationToken stop)
    {
        AssignAtEnd();
        using var stopSubmitting = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var clock = _plan.Rate is { } rate ? new Thread(() => SubmitByClock(rate, stopSubmitting.Token)) { IsBackground = true } : null;
        clock?.Start();

        var started = Stopwatch.GetTimestamp();
        Poll(until: () => _ended >= _plan.WarmUp && Stopwatch.GetElapsedTime(started) >= _plan.WarmUpTime, stop);
        var endedAtFirst = Sample(onWindow(true), stop);
        Settle(stop);
        var (began, completedBefore, endedBefore) = (Stopwatch.GetTimestamp(), _completed, _ended);
        (_windowBegin, _latency) = (began, new LatencyRecorder());
        Poll(until: () => Stopwatch.GetElapsedTime(began) >= _plan.Measure && _ended - endedBefore >= _plan.AtLeast, stop);
        var (closed, completed, others) = (Stopwatch.GetTimestamp(), _completed - completedBefore, _ended - endedBefore - (_completed - completedBefore));
        _windowEnd = closed;
        Settle(stop);
        var endedAtLast = Sample(onWindow(false), stop);

        stopSubmitting.Cancel();
        clock?.Join();
        _draining = true;
        Poll(until: () => _ended == Interlocked.Read(ref _submitted), stop);
        return new LoadFigures(completed, others, Stopwatch.GetElapsedTime(began, closed), _latency, _submitted, _completed, endedAtLast - endedAtFirst);
    }

    // While others count what it costs the load goes on, and is followed.
    long Sample(Task sampling, CancellationToken stop)
    {
        var ended = _ended;
        Poll(until: () => sampling.IsCompleted, stop);
        sampling.GetAwaiter().GetResult();
        return ended;
    }

    // To count takes the processors for a moment: in an open loop that moment is not measured.
    void Settle(CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        if (_plan.Rate is not null)
            Poll(until: () => Stopwatch.GetElapsedTime(began) >= Settled, stop);
    }

    void AssignAtEnd() => _consumer.Assign(Enumerable.Range(0, _plan.Partitions).Select(p =>
    {
        var partition = new TopicPartition(_flow.EndsTopic, p);
        return new TopicPartitionOffset(partition, _consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).High);
    }));

    void Poll(Func<bool> until, CancellationToken stop)
    {
        var (heardAt, heard) = (Stopwatch.GetTimestamp(), _ended);
        while (!until())
        {
            stop.ThrowIfCancellationRequested();
            if (_failure is { } failure)
                throw new BenchFailedException(failure.Message);
            if (_plan.Rate is null && !_draining)
                Refill();
            // One blocking call, then all that is there.
            for (var result = _consumer.Consume(_plan.Rate is null ? 2 : 20); result is not null; result = _consumer.Consume(0))
                Take(result);
            if (_ended != heard)
                (heardAt, heard) = (Stopwatch.GetTimestamp(), _ended);
            else if (Stopwatch.GetElapsedTime(heardAt) > _plan.StalledAfter)
                throw new BenchFailedException($"no transaction has ended for {_plan.StalledAfter.TotalSeconds:N0} s, {_submitted - _ended:N0} of {_submitted:N0} are unfinished");
        }
    }

    void Refill()
    {
        for (var partition = 0; partition < _unfinished.Length; partition++)
        {
            while (Volatile.Read(ref _unfinished[partition]) < _plan.UnfinishedPerPartition)
                Submit(partition, Stopwatch.GetTimestamp());
        }
    }

    // Every transaction has its time by the clock alone. One that is late, for whatever reason, counts from when it was due.
    void SubmitByClock(double rate, CancellationToken stop)
    {
        try
        {
            var began = Stopwatch.GetTimestamp();
            for (long i = 0; !stop.IsCancellationRequested; i++)
            {
                var due = began + (long)(i / rate * Stopwatch.Frequency);
                // Not shorter than the clock can: such a sleep is none, and takes the processor from what is measured.
                while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } wait)
                    Thread.Sleep(Math.Max(1, (int)wait.TotalMilliseconds));
                Submit((int)(i % _plan.Partitions), due);
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }

    void Submit(int partition, long due)
    {
        var sequence = FirstSequence + _submitted;
        ref var slot = ref _due[sequence % Slots];
        if (Interlocked.Exchange(ref slot, due) != 0)
            throw new BenchFailedException($"transaction {sequence - Slots:N0} has not ended, {Slots:N0} later ones were submitted; {Unfinished()}");
        Interlocked.Increment(ref _unfinished[partition]);
        Interlocked.Increment(ref _submitted);
        var message = _flow.Submit(sequence, partition, DateTimeOffset.UtcNow);
        _producer.Produce(message.Topic, KafkaWire.ToKafka(message), report =>
        {
            if (report.Error.IsError)
                _failure = new KafkaException(report.Error);
        });
    }

    void Take(ConsumeResult<byte[], byte[]> announced)
    {
        if (_flow.ReadEnd(announced.Message) is not { } end || end.Sequence < FirstSequence)
            return;
        var due = Interlocked.Exchange(ref _due[end.Sequence % Slots], 0);
        if (due == 0)
            return; // announced again: at least once is what is promised
        Interlocked.Decrement(ref _unfinished[announced.Partition.Value]);
        _ended++;
        if (end.Completed)
            _completed++;
        if (_latency is { } latency && due >= _windowBegin && due < _windowEnd)
            latency.Record(due, Stopwatch.GetTimestamp());
    }

    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
        _producer.Dispose();
    }
}
