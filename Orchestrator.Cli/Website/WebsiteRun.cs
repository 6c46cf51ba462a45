using Orchestrator.Cli.Figures;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Simulate;
using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Cli.Website;

/// <summary>One run of the simulated website: what visitors do is sent when they do it.</summary>
public sealed class WebsiteRun(WebsiteOptions options, IWebsiteSink sink, ServiceClient service, TimeProvider time)
{
    static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    readonly HashSet<string> _visitors = new(StringComparer.Ordinal);
    readonly HashSet<long> _visits = [];
    long _sent;
    long _events;
    long _duplicates;
    long _late;
    long _logins;
    long _payments;

    /// <summary>Runs until the count is reached or <paramref name="cancellationToken"/> says stop, which is no error.</summary>
    public async Task<WebsiteSummary> RunAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        try
        {
            await ReadyAsync(cancellationToken);
            start = time.GetTimestamp();
            await SendAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped by hand: what was sent is still waited for, and counted.
        }
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        await sink.FlushAsync();
        return new WebsiteSummary(
            options.Run, options.Seed, _events, _duplicates, _late, _visits.Count, _visitors.Count, _logins, _payments, sink.Failed, Math.Round(seconds, 3),
            Math.Round(_sent / Math.Max(seconds, 0.001), 1));
    }

    async Task ReadyAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (options.Wait > TimeSpan.Zero && !await service.IsReadyAsync(cancellationToken))
        {
            if (time.GetElapsedTime(start) > options.Wait)
                throw new CommandException("service_not_ready", $"{service.Api}health/ready does not answer 200 after {options.Wait.TotalSeconds:0} s.");
            await Task.Delay(LookAgain, time, cancellationToken);
        }
    }

    async Task SendAsync(CancellationToken cancellationToken)
    {
        var pacer = new Pacer(time);
        var disturbance = new Disturbance(options.Duplicates, options.Reorder, options.Seed);
        foreach (var (item, isDuplicate, isLate) in disturbance.Apply(Numbered()))
        {
            // One that was overtaken is due already.
            if (options.Rate > 0)
                await pacer.UntilAsync(TimeSpan.FromSeconds(item.Event.Second), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            await sink.SendAsync(WebsiteTraffic.Message(item.Event, item.Number, options), cancellationToken);
            Count(item.Event, isDuplicate, isLate);
        }
    }

    IEnumerable<(WebsiteEvent Event, long Number)> Numbered()
    {
        long number = 0;
        foreach (var done in WebsiteTraffic.Run(options))
        {
            if (number == options.Count)
                yield break;
            yield return (done, number++);
        }
    }

    void Count(in WebsiteEvent done, bool isDuplicate, bool isLate)
    {
        _sent++;
        if (isDuplicate)
        {
            _duplicates++;
            return;
        }
        _events++;
        _late += isLate ? 1 : 0;
        _visits.Add(done.Visit);
        _visitors.Add(done.Visitor.VisitorId);
        _logins += done.Step.Name == ActivityRecorded.Login ? 1 : 0;
        _payments += done.Step.Name == "payment" ? 1 : 0;
    }
}

/// <summary>What a run has sent.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Events">Different events.</param>
/// <param name="Duplicates">Sent a second time.</param>
/// <param name="Late">Sent after later ones.</param>
/// <param name="Visits">Visits that they are of.</param>
/// <param name="Visitors">Different visitors.</param>
/// <param name="Logins">How often somebody logged in.</param>
/// <param name="Payments">How often somebody paid.</param>
/// <param name="Failed">Given up, refused, or not answered when the run ended.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="PerSecond">Messages a second.</param>
public sealed record WebsiteSummary(
    string Run, uint Seed, long Events, long Duplicates, long Late, long Visits, long Visitors, long Logins, long Payments, long Failed, double Seconds, double PerSecond);
