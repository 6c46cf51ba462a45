using System.Diagnostics;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>Sends batches as fast as they are taken: of no lane are more messages under way than a broker keeps in its memory.</summary>
/// <param name="servers">The broker.</param>
/// <param name="topic">Where to.</param>
/// <param name="taken">Asks how many messages of each lane were taken.</param>
/// <param name="lanes">How many lanes there are.</param>
sealed class ClosedLoop(BenchServers servers, string topic, Func<CancellationToken, Task<long[]>> taken, int lanes)
{
    const int MostUnderWay = 50_000;
    const double LookMs = 10;
    static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(30);

    readonly long[] _sent = new long[lanes];
    long[] _taken = new long[lanes];

    /// <summary>Sends all of some batches, by lane.</summary>
    public async Task SendAsync(IReadOnlyList<IReadOnlyList<EventBatch>> batches, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var looking = LookAsync(ending.Token);
        var sending = Task.Factory.StartNew(() => Send(batches, ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await await Task.WhenAny(sending, looking);
            await sending;
        }
        finally
        {
            await ending.CancelAsync();
            await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task LookAsync(CancellationToken stop)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(LookMs));
        try
        {
            while (await ticks.WaitForNextTickAsync(stop))
            {
                var seen = await taken(stop);
                Volatile.Write(ref _taken, seen);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // all is sent
        }
    }

    void Send(IReadOnlyList<IReadOnlyList<EventBatch>> batches, CancellationToken stop)
    {
        using var sender = new BatchSender(servers.Kafka.Client["bootstrap.servers"], topic);
        var next = new int[_sent.Length];
        var progress = Stopwatch.GetTimestamp();
        while (Enumerable.Range(0, next.Length).Any(lane => next[lane] < batches[lane].Count))
        {
            stop.ThrowIfCancellationRequested();
            var any = false;
            for (var lane = 0; lane < next.Length; lane++)
            {
                if (next[lane] == batches[lane].Count || _sent[lane] - Volatile.Read(ref _taken)[lane] > MostUnderWay)
                    continue;
                var batch = batches[lane][next[lane]++];
                sender.Send(lane, batch);
                _sent[lane] += batch.Count;
                any = true;
            }
            if (any)
                progress = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(progress) > StalledAfter)
                throw new BenchFailedException($"nothing was taken for {StalledAfter.TotalSeconds:N0} s; sent {string.Join(' ', _sent)}, taken {string.Join(' ', _taken)}");
            else
                Pace.Until(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 500));
        }
        sender.Flush();
    }
}
