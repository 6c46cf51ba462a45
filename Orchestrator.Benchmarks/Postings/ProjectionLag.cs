using System.Text.Json;
using Orchestrator.Benchmarks.Load;

namespace Orchestrator.Benchmarks.Postings;

/// <summary>How far the service's projections are behind, asked over HTTP while a load runs.</summary>
sealed class ProjectionLag(Uri service)
{
    static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    const long Few = 100;

    long _worst;
    int _samples;

    /// <summary>The most events that any projection had yet to read, over all samples.</summary>
    public long WorstEvents => _worst;

    public int Samples => _samples;

    /// <summary>Waits until no projection has more than a few events to read.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="TimeoutException">It took longer than the bound.</exception>
    public async Task<TimeSpan> CatchUpAsync(TimeSpan bound, CancellationToken stop)
    {
        using var client = BenchClient.Access(service).CreateClient(TimeSpan.FromSeconds(100));
        using var seconds = new PeriodicTimer(Between);
        var began = TimeProvider.System.GetTimestamp();
        while (await LookAsync(client, stop) > Few)
        {
            if (TimeProvider.System.GetElapsedTime(began) > bound)
                throw new TimeoutException($"projections have not caught up within {bound}");
            await seconds.WaitForNextTickAsync(stop);
        }
        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>Samples once a second until it is stopped; the service takes its figure once a second.</summary>
    public async Task SampleAsync(CancellationToken stop)
    {
        using var client = BenchClient.Access(service).CreateClient(TimeSpan.FromSeconds(100));
        using var seconds = new PeriodicTimer(Between);
        try
        {
            while (await seconds.WaitForNextTickAsync(stop))
            {
                _worst = Math.Max(_worst, await LookAsync(client, stop));
                _samples++;
            }
        }
        catch (OperationCanceledException)
        {
            // the load is over
        }
    }

    static async Task<long> LookAsync(HttpClient client, CancellationToken stop)
    {
        using var answer = JsonDocument.Parse(await client.GetStringAsync("/v1/projections", stop));
        return answer.RootElement.EnumerateArray()
            .Select(p => p.TryGetProperty("active", out var active) && active.TryGetProperty("lag", out var lag) ? lag.GetInt64() : 0)
            .DefaultIfEmpty(0).Max();
    }
}
