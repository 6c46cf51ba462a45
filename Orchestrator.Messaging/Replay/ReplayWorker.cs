using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Messaging.Replay;

/// <summary>Works on replays, one at a time a process, and drops what those have made that is not kept any longer.</summary>
internal sealed partial class ReplayWorker(ReplayParts parts, ReplayExpiry expiry, ILogger<ReplayWorker> logger) : BackgroundService
{
    const int RenewalsToLease = 6;

    static readonly TimeSpan LongestRenewal = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    readonly Guid _owner = Guid.CreateVersion7(parts.Time.GetUtcNow());
    readonly TimeSpan _poll = TimeSpan.FromMilliseconds(parts.Options.PollMs);
    readonly string[] _projections = [.. parts.Projections?.All.Select(p => p.Name) ?? []];

    /// <summary>Works on the first that waits. False when there is none.</summary>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await parts.Claims.ClaimAsync(_owner, parts.Options.Lease, _projections, cancellationToken) is not { } claim)
            return false;
        Begun(logger, claim.Job.Id, claim.Epoch);
        var became = claim.Job.CancelRequested || claim.Job.PauseRequested
            ? await GivenUpAsync(claim, claim.Job.CancelRequested ? LeaseRenewal.CancelRequested : LeaseRenewal.PauseRequested)
            : await RunAsync(claim, cancellationToken);
        Ended(logger, claim.Job.Id, became);
        return true;
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync(RoundAsync, OnFailure, parts.Time, stoppingToken);

    async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken)
    {
        if (await RunNextAsync(cancellationToken))
            return TimeSpan.Zero;
        await expiry.DropNextAsync(cancellationToken);
        return _poll;
    }

    // The lease ends by itself; until the database and the broker answer again there is nothing else to do.
    TimeSpan? OnFailure(Exception e)
    {
        Interrupted(logger, e);
        return _poll;
    }

    async Task<string> RunAsync(ReplayClaim claim, CancellationToken stopping)
    {
        var every = parts.Options.Lease / RenewalsToLease;
        await using var lease = new HeldLease(token => RenewAsync(claim, token), every < LongestRenewal ? every : LongestRenewal, parts.Time, stopping);
        try
        {
            var plan = await PersistAsync(claim, lease.Work);
            return await parts.Claims.DoneAsync(claim, plan, stopping) ? "done" : "lost";
        }
        catch (OperationCanceledException) when (lease.Work.IsCancellationRequested)
        {
            return await GivenUpAsync(claim, lease.Last);
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

    // One that fails may succeed the next time; whoever has not succeeded for long takes nothing more.
    async Task<LeaseRenewal> RenewAsync(ReplayClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            var renewal = await parts.Claims.RenewAsync(claim, parts.Options.Lease, cancellationToken);
            if (renewal == LeaseRenewal.Lost)
                claim.Lost();
            return renewal;
        }
        catch (Exception e) when (Failures.IsTransient(e) && !cancellationToken.IsCancellationRequested)
        {
            Interrupted(logger, e);
            return claim.IsFresh ? LeaseRenewal.Held : LeaseRenewal.Lost;
        }
    }

    async Task<string> GivenUpAsync(ReplayClaim claim, LeaseRenewal last)
    {
        using var goodbye = HeldLease.Goodbye(parts.Time);
        return last switch
        {
            LeaseRenewal.Lost => "lost",
            LeaseRenewal.CancelRequested => await parts.Claims.CancelledAsync(claim, goodbye.Token) ? "cancelled" : "lost",
            LeaseRenewal.PauseRequested => await parts.Claims.PausedAsync(claim, goodbye.Token) ? "paused" : "lost",
            _ => await parts.Claims.GiveBackAsync(claim, goodbye.Token) ? "given back" : "lost",
        };
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
