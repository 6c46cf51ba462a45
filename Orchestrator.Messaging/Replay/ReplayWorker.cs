using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Replay;

/// <summary>Works on replays, one at a time a process, and drops what those have made that is not kept any longer.</summary>
internal sealed partial class ReplayWorker(ReplayParts parts, ReplayExpiry expiry, ILogger<ReplayWorker> logger) : BackgroundService
{
    const int RenewalsToLease = 6;

    static readonly TimeSpan LongestRenewal = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // A process that is told to stop gives back what it works on, and does not wait long for a database that is away.
    static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);

    readonly Guid _owner = Guid.CreateVersion7(parts.Time.GetUtcNow());
    readonly string[] _projections = [.. parts.Projections?.All.Select(p => p.Name) ?? []];

    /// <summary>Works on the first that waits. False when there is none.</summary>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await parts.Claims.ClaimAsync(_owner, parts.Options.Lease, _projections, cancellationToken) is not { } claim)
            return false;
        Begun(logger, claim.Job.Id, claim.Epoch);
        var became = claim.Job.CancelRequested || claim.Job.PauseRequested
            ? await GivenUpAsync(claim, claim.Job.CancelRequested ? ReplayRenewal.CancelRequested : ReplayRenewal.PauseRequested)
            : await RunAsync(claim, cancellationToken);
        Ended(logger, claim.Job.Id, became);
        return true;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Hosts wait for the first step of each service.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var more = false;
            try
            {
                more = await RunNextAsync(stoppingToken);
                if (!more)
                    await expiry.DropNextAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The lease ends by itself; until the database and the broker answer again there is nothing else to do.
                Interrupted(logger, e);
            }
            if (!more)
                await Task.Delay(TimeSpan.FromMilliseconds(parts.Options.PollMs), parts.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task<string> RunAsync(ReplayClaim claim, CancellationToken stopping)
    {
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watch = new Watch();
        var renewing = RenewAsync(claim, watch, work);
        try
        {
            var plan = await PersistAsync(claim, work.Token);
            return await parts.Claims.DoneAsync(claim, plan, stopping) ? "done" : "lost";
        }
        catch (OperationCanceledException) when (work.IsCancellationRequested)
        {
            return await GivenUpAsync(claim, watch.Last);
        }
        catch (ReplayFencedException)
        {
            return "lost";
        }
        catch (Exception e) when (e is ReplayException || !Failures.IsTransient(e))
        {
            if (e is not ReplayException)
                Failed(logger, e, claim.Job.Id);
            var failure = e is ReplayException known
                ? new ReplayFailure(known.Code, known.Detail)
                : new ReplayFailure(ReplayFailures.Internal, "Something went wrong here; the service's log has it.");
            return await parts.Claims.FailedAsync(claim, failure, stopping) ? failure.Code : "lost";
        }
        finally
        {
            await work.CancelAsync();
            await renewing;
        }
    }

    // The broker or the database may be away: while the lease lasts, the replay goes on as soon as they are back.
    async Task<ReplayPlan?> PersistAsync(ReplayClaim claim, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause < LongestPause ? 2 * pause : LongestPause)
        {
            try
            {
                return await new ReplayRun(claim, parts).RunAsync(cancellationToken);
            }
            catch (Exception e) when (e is not (ReplayException or ReplayFencedException) && Failures.IsTransient(e) && !cancellationToken.IsCancellationRequested)
            {
                Interrupted(logger, e);
                await SayAsync(claim, e, cancellationToken);
            }
            await Task.Delay(pause, parts.Time, cancellationToken);
        }
    }

    async Task SayAsync(ReplayClaim claim, Exception error, CancellationToken cancellationToken)
    {
        try
        {
            await parts.Claims.InterruptedAsync(claim, $"{error.GetType().Name}: {error.InnerException?.Message ?? error.Message}", cancellationToken);
        }
        catch (NpgsqlException)
        {
            // It is the database that is away.
        }
    }

    // Ends with the work, and ends the work when it must not go on.
    async Task RenewAsync(ReplayClaim claim, Watch watch, CancellationTokenSource work)
    {
        var every = parts.Options.Lease / RenewalsToLease;
        using var timer = new PeriodicTimer(every < LongestRenewal ? every : LongestRenewal, parts.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(work.Token))
            {
                watch.Last = await RenewOnceAsync(claim, work.Token);
                if (watch.Last != ReplayRenewal.Held)
                    await work.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done, or was given up.
        }
    }

    // One that fails may succeed the next time; whoever has not succeeded for long takes nothing more.
    async Task<ReplayRenewal> RenewOnceAsync(ReplayClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            var renewal = await parts.Claims.RenewAsync(claim, parts.Options.Lease, cancellationToken);
            if (renewal == ReplayRenewal.Lost)
                claim.Lost();
            return renewal;
        }
        catch (Exception e) when (Failures.IsTransient(e) && !cancellationToken.IsCancellationRequested)
        {
            Interrupted(logger, e);
            return claim.IsFresh ? ReplayRenewal.Held : ReplayRenewal.Lost;
        }
    }

    async Task<string> GivenUpAsync(ReplayClaim claim, ReplayRenewal last)
    {
        using var goodbye = new CancellationTokenSource(LongestGoodbye, parts.Time);
        return last switch
        {
            ReplayRenewal.Lost => "lost",
            ReplayRenewal.CancelRequested => await parts.Claims.CancelledAsync(claim, goodbye.Token) ? "cancelled" : "lost",
            ReplayRenewal.PauseRequested => await parts.Claims.PausedAsync(claim, goodbye.Token) ? "paused" : "lost",
            _ => await parts.Claims.GiveBackAsync(claim, goodbye.Token) ? "given back" : "lost",
        };
    }

    sealed class Watch
    {
        public volatile ReplayRenewal Last;
    }

    [LoggerMessage(LogLevel.Information, "Replay {Id} begins, epoch {Epoch}")]
    static partial void Begun(ILogger logger, Guid id, long epoch);

    [LoggerMessage(LogLevel.Information, "Replay {Id} ended: {Became}")]
    static partial void Ended(ILogger logger, Guid id, string became);

    [LoggerMessage(LogLevel.Error, "Replay {Id} failed")]
    static partial void Failed(ILogger logger, Exception exception, Guid id);

    [LoggerMessage(LogLevel.Warning, "Replays are interrupted")]
    static partial void Interrupted(ILogger logger, Exception exception);
}
