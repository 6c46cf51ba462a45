using System.Text.Json;

namespace Orchestrator.Benchmarks.Postings;

/// <summary>How far the service's projections are behind, asked over HTTP while a load runs.</summary>
sealed class ProjectionLag(Uri service)
{
    static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    long _worst;
    int _samples;

    /// <summary>The most events that any projection had yet to read, over all samples.</summary>
    public long WorstEvents => _worst;

    public int Samples => _samples;

    /// <summary>Samples once a second until it is stopped; the service takes its figure once a second.</summary>
    public async Task SampleAsync(CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = service };
        using var seconds = new PeriodicTimer(Between);
        try
        {
            while (await seconds.WaitForNextTickAsync(stop))
            {
                using var answer = JsonDocument.Parse(await client.GetStringAsync("/v1/projections", stop));
                foreach (var projection in answer.RootElement.EnumerateArray())
                {
                    if (projection.TryGetProperty("active", out var active) && active.TryGetProperty("lag", out var lag))
                        _worst = Math.Max(_worst, lag.GetInt64());
                }
                _samples++;
            }
        }
        catch (OperationCanceledException)
        {
            // the load is over
        }
    }
}
