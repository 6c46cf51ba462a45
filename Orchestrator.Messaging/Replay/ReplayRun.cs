using Confluent.Kafka;

namespace Orchestrator.Messaging.Replay;

/// <summary>One run of a replay: from where it stands to its end, or to what stops it. Whatever stops it, another run goes on from what is stored.</summary>
internal sealed class ReplayRun(ReplayClaim claim, ReplayParts parts)
{
    readonly List<PartitionCourse> _courses = [];
    long _checkpointAt = parts.Time.GetTimestamp();
    long _readAtBegin;
    long _readAtCheckpoint;
    double? _rate;

    ReplayOrder Order => claim.Job.Order;

    long Taken => _courses.Sum(c => c.Taken);

    // Position is bounded by the end, and so is what it counts.
    long Read => _courses.Sum(c => c.Position - c.First);

    /// <summary>Works to the end.</summary>
    /// <returns>What was counted, of a dry run.</returns>
    /// <exception cref="ReplayException">It cannot be done.</exception>
    /// <exception cref="ReplayFencedException">It is another process's by now.</exception>
    public async Task<ReplayPlan?> RunAsync(CancellationToken cancellationToken)
    {
        _courses.AddRange((await BeginAsync(cancellationToken)).Select(p => new PartitionCourse(p)));
        await using var sink = parts.Sink(claim);
        await sink.OpenAsync(_courses, cancellationToken);
        _readAtBegin = _readAtCheckpoint = Read;
        await CheckpointAsync(sink, cancellationToken);
        await ScanAsync(sink, cancellationToken);
        return sink.Plan(_courses);
    }

    async Task<IReadOnlyList<PartitionProgress>> BeginAsync(CancellationToken cancellationToken)
    {
        var cluster = await parts.Bounds.ClusterIdAsync(cancellationToken);
        var stored = await parts.Claims.ReadAsync(claim, cancellationToken);
        if (stored.Partitions.Count > 0)
        {
            return string.Equals(stored.ClusterId, cluster, StringComparison.Ordinal)
                ? stored.Partitions
                : throw new ReplayException(ReplayFailures.AnotherCluster, $"The Kafka cluster is {cluster}, but the bounds of the replay are offsets of cluster {stored.ClusterId}.");
        }
        var settled = await parts.Bounds.SettleAsync(Order, cancellationToken);
        if (!Order.AllowGaps && !Order.DryRun && settled.Where(p => p.Deleted > 0).ToList() is { Count: > 0 } gaps)
            throw Gap(string.Join(", ", gaps.Select(p => $"{Order.Topic}[{p.Partition}] holds nothing before offset {p.First}, up to {p.Deleted} messages of the range are deleted")));
        await parts.Claims.SettleAsync(claim, cluster, settled, cancellationToken);
        return settled;
    }

    async Task ScanAsync(ReplaySink sink, CancellationToken cancellationToken)
    {
        var byPartition = _courses.ToDictionary(c => c.Partition);
        var pace = new ReplayPace(Order.RatePerSecond, parts.Time);
        using var source = new ReplaySource(parts.Kafka, Order.Topic, parts.Options, _courses);
        var taken = Taken;
        while (taken < (Order.MaxMessages ?? long.MaxValue))
        {
            if ((source.TryNext() ?? await NextAsync(source, sink, cancellationToken)) is not { } message)
            {
                if (source.Gone is not { } gone)
                {
                    _courses.ForEach(c => c.Finish());
                    break;
                }
                await SkipAsync(source, sink, byPartition[gone], cancellationToken);
                continue;
            }
            var course = byPartition[message.Partition];
            if (Order.Filter.Takes(message.Result.Message))
            {
                await WaitAsync(pace.Take(), sink, cancellationToken);
                await sink.TakeAsync(course, message, cancellationToken);
                course.Take(message);
                taken++;
            }
            else
            {
                course.PassOver(message);
            }
            if (sink.IsFull || parts.Time.GetElapsedTime(_checkpointAt) >= parts.Options.Checkpoint)
                await CheckpointAsync(sink, cancellationToken);
        }
        await CheckpointAsync(sink, cancellationToken);
    }

    // Whoever looks is told also while nothing comes. The source is not left while it reads.
    async Task<ScannedMessage?> NextAsync(ReplaySource source, ReplaySink sink, CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = source.NextAsync(reading.Token);
        if (next.IsCompleted)
            return await next;
        var coming = next.AsTask();
        try
        {
            while (await Task.WhenAny(coming, Task.Delay(parts.Options.Checkpoint, parts.Time, cancellationToken)) != coming)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Read != _readAtCheckpoint)
                    await CheckpointAsync(sink, cancellationToken);
            }
            return await coming;
        }
        finally
        {
            await reading.CancelAsync();
            await ((Task)coming).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task WaitAsync(TimeSpan pause, ReplaySink sink, CancellationToken cancellationToken)
    {
        if (pause <= TimeSpan.Zero)
            return;
        if (pause >= parts.Options.Checkpoint)
            await CheckpointAsync(sink, cancellationToken);
        await Task.Delay(pause, parts.Time, cancellationToken);
    }

    async Task SkipAsync(ReplaySource source, ReplaySink sink, PartitionCourse course, CancellationToken cancellationToken)
    {
        var place = new TopicPartition(Order.Topic, course.Partition);
        var held = (await parts.Bounds.WatermarksAsync([place], cancellationToken))[place];
        if (held.Low <= course.Position)
            throw new ReplayException(ReplayFailures.UnknownTopic, $"{Order.Topic}[{course.Partition}] ends at offset {held.High}, before what the replay has read: it was made anew.");
        if (!Order.AllowGaps && !Order.DryRun)
        {
            await CheckpointAsync(sink, cancellationToken);
            throw Gap($"{Order.Topic}[{course.Partition}] from offset {course.Position} up to {Math.Min(held.Low, course.End)} was deleted before it was read");
        }
        // What was taken before the gap is safe, and the gap is written down, before anything behind it is taken.
        await sink.SettleAsync(cancellationToken);
        course.Skip(held.Low);
        await CheckpointAsync(sink, cancellationToken);
        source.SkipTo(course);
    }

    async Task CheckpointAsync(ReplaySink sink, CancellationToken cancellationToken)
    {
        await sink.SettleAsync(cancellationToken);
        var (now, read) = (parts.Time.GetTimestamp(), Read);
        var seconds = parts.Time.GetElapsedTime(_checkpointAt, now).TotalSeconds;
        if (seconds > 0 && read > _readAtCheckpoint)
            _rate = Smooth(_rate, (read - _readAtCheckpoint) / seconds);
        (_checkpointAt, _readAtCheckpoint) = (now, read);
        await parts.Claims.CheckpointAsync(claim, [.. _courses.Select(c => c.Progress)], _rate, getsOn: read > _readAtBegin && !Order.DryRun, connection => sink.CommitAsync(connection, cancellationToken), cancellationToken);
    }

    static double Smooth(double? before, double now) => before is { } rate ? (0.7 * rate) + (0.3 * now) : now;

    static ReplayException Gap(string what) => new(ReplayFailures.RetentionGap, $"{what}. Ask again with allowGaps to go on without them.");
}
