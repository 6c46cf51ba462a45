using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Workers;

namespace Orchestrator.Decisioning.Backtests.Jobs;

/// <summary>Works on backtests, one at a time a process, with rests so that what decides live does not suffer.</summary>
/// <param name="claims">Which of them are this process's.</param>
/// <param name="choices">Finds rules, models and lists.</param>
/// <param name="database">Where history is.</param>
/// <param name="options">How.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of what becomes of them.</param>
public sealed partial class BacktestWorker(
    BacktestClaims claims, BacktestChoices choices, NpgsqlDataSource database, BacktestJobsOptions options, TimeProvider time, ILogger<BacktestWorker> logger)
    : BackgroundService
{
    // The lease is renewed so many times before it would end: one that comes late loses nothing.
    const int RenewalsToLease = 3;

    readonly Guid _owner = Guid.CreateVersion7(time.GetUtcNow());
    readonly TimeSpan _lease = TimeSpan.FromMilliseconds(options.LeaseMs);
    readonly TimeSpan _poll = TimeSpan.FromMilliseconds(options.PollMs);

    /// <summary>Works on the first that waits. False when there is none.</summary>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await claims.ClaimAsync(_owner, _lease, cancellationToken) is not { } claim)
            return false;
        Begun(logger, claim.Id, claim.Attempt);
        var state = await RunAsync(claim, cancellationToken);
        Ended(logger, claim.Id, state);
        return true;
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync(RoundAsync, OnFailure, time, stoppingToken);

    async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken) => await RunNextAsync(cancellationToken) ? TimeSpan.Zero : _poll;

    // The lease ends by itself; until the database answers again there is nothing else to do.
    TimeSpan? OnFailure(Exception e)
    {
        Interrupted(logger, e);
        return _poll;
    }

    async Task<string> RunAsync(BacktestClaim claim, CancellationToken stopping)
    {
        var watch = new Watch();
        await using var lease = new HeldLease(token => RenewAsync(claim, watch, token), _lease / RenewalsToLease, time, stopping);
        try
        {
            var result = await WorkAsync(claim.Order, watch, lease.Work);
            await lease.EndAsync();
            return await claims.DoneAsync(claim, result, stopping) ? "done" : "lost";
        }
        catch (OperationCanceledException) when (lease.Work.IsCancellationRequested)
        {
            await lease.EndAsync();
            return await GivenUpAsync(claim, lease.Last, stopping);
        }
        catch (Exception e) when (e is not NpgsqlException { IsTransient: true })
        {
            await lease.EndAsync();
            if (e is not BacktestException)
                Failed(logger, e, claim.Id);
            var failure = e is BacktestException known
                ? new BacktestFailure(known.Code, known.Detail)
                : new BacktestFailure("internal", "Something went wrong here; the service's log has it.");
            return await claims.FailedAsync(claim, failure, stopping) ? "failed" : "lost";
        }
    }

    async Task<BacktestResult> WorkAsync(BacktestOrder order, Watch watch, CancellationToken cancellationToken)
    {
        var parts = await choices.FindAsync(order.Rules, order.Model, cancellationToken);
        return await new BacktestRunner(time).RunAsync(
            order.Spec, parts, new StoredHistory(database, time), progress => watch.Progress = progress, options.RestToWork, cancellationToken);
    }

    async Task<LeaseRenewal> RenewAsync(BacktestClaim claim, Watch watch, CancellationToken cancellationToken)
    {
        try
        {
            return await claims.RenewAsync(claim, _lease, watch.Progress, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whose lease cannot be renewed has to assume that another process begins anew.
            Interrupted(logger, e);
            return LeaseRenewal.Lost;
        }
    }

    async Task<string> GivenUpAsync(BacktestClaim claim, LeaseRenewal last, CancellationToken stopping)
    {
        if (last == LeaseRenewal.Lost)
            return "lost";
        using var goodbye = HeldLease.Goodbye(time);
        if (last == LeaseRenewal.CancelRequested)
            return await claims.CancelledAsync(claim, goodbye.Token) ? "cancelled" : "lost";
        return await claims.GiveBackAsync(claim, goodbye.Token) && stopping.IsCancellationRequested ? "given back" : "lost";
    }

    sealed class Watch
    {
        public volatile BacktestProgress? Progress;
    }

    [LoggerMessage(LogLevel.Information, "Backtest {Id} begins, attempt {Attempt}")]
    static partial void Begun(ILogger logger, Guid id, int attempt);

    [LoggerMessage(LogLevel.Information, "Backtest {Id} ended: {State}")]
    static partial void Ended(ILogger logger, Guid id, string state);

    [LoggerMessage(LogLevel.Error, "Backtest {Id} failed")]
    static partial void Failed(ILogger logger, Exception exception, Guid id);

    [LoggerMessage(LogLevel.Warning, "Backtests are interrupted")]
    static partial void Interrupted(ILogger logger, Exception exception);
}
