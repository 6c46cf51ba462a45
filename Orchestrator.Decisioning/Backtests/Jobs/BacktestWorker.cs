using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

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

    // A process that is told to stop gives back what it works on, and does not wait long for a database that is away.
    static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);

    readonly Guid _owner = Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>Works on the first that waits. False when there is none.</summary>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        var lease = TimeSpan.FromMilliseconds(options.LeaseMs);
        if (await claims.ClaimAsync(_owner, lease, cancellationToken) is not { } claim)
            return false;
        Begun(logger, claim.Id, claim.Attempt);
        var state = await RunAsync(claim, lease, cancellationToken);
        Ended(logger, claim.Id, state);
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
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The lease ends by itself; until the database answers again there is nothing else to do.
                Interrupted(logger, e);
            }
            if (!more)
                await Task.Delay(TimeSpan.FromMilliseconds(options.PollMs), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task<string> RunAsync(BacktestClaim claim, TimeSpan lease, CancellationToken stopping)
    {
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watch = new Watch();
        var renewing = RenewAsync(claim, lease, watch, work);
        try
        {
            var result = await WorkAsync(claim.Order, watch, work.Token);
            await EndRenewingAsync(work, renewing);
            return await claims.DoneAsync(claim, result, stopping) ? "done" : "lost";
        }
        catch (OperationCanceledException) when (work.IsCancellationRequested)
        {
            await EndRenewingAsync(work, renewing);
            return await GivenUpAsync(claim, watch.Last, stopping);
        }
        catch (Exception e) when (e is not NpgsqlException { IsTransient: true })
        {
            await EndRenewingAsync(work, renewing);
            if (e is not BacktestException)
                Failed(logger, e, claim.Id);
            var failure = e is BacktestException known
                ? new BacktestFailure(known.Code, known.Detail)
                : new BacktestFailure("internal", "Something went wrong here; the service's log has it.");
            return await claims.FailedAsync(claim, failure, stopping) ? "failed" : "lost";
        }
        finally
        {
            await EndRenewingAsync(work, renewing);
        }
    }

    async Task<BacktestResult> WorkAsync(BacktestOrder order, Watch watch, CancellationToken cancellationToken)
    {
        var parts = await choices.FindAsync(order.Rules, order.Model, cancellationToken);
        return await new BacktestRunner(time).RunAsync(
            order.Spec, parts, new StoredHistory(database, time), progress => watch.Progress = progress, options.RestToWork, cancellationToken);
    }

    // Ends with the work, and ends the work when it must not go on.
    async Task RenewAsync(BacktestClaim claim, TimeSpan lease, Watch watch, CancellationTokenSource work)
    {
        using var timer = new PeriodicTimer(lease / RenewalsToLease, time);
        try
        {
            do
            {
                watch.Last = await claims.RenewAsync(claim, lease, watch.Progress, work.Token);
                if (watch.Last != LeaseRenewal.Held)
                    await work.CancelAsync();
            }
            while (await timer.WaitForNextTickAsync(work.Token));
        }
        catch (OperationCanceledException)
        {
            // The work is done, or was given up.
        }
        catch (Exception e)
        {
            // Whose lease cannot be renewed has to assume that another process begins anew.
            Interrupted(logger, e);
            watch.Last = LeaseRenewal.Lost;
            await work.CancelAsync();
        }
    }

    async Task<string> GivenUpAsync(BacktestClaim claim, LeaseRenewal last, CancellationToken stopping)
    {
        if (last == LeaseRenewal.Lost)
            return "lost";
        using var goodbye = new CancellationTokenSource(LongestGoodbye, time);
        if (last == LeaseRenewal.CancelRequested)
            return await claims.CancelledAsync(claim, goodbye.Token) ? "cancelled" : "lost";
        return await claims.GiveBackAsync(claim, goodbye.Token) && stopping.IsCancellationRequested ? "given back" : "lost";
    }

    static async Task EndRenewingAsync(CancellationTokenSource work, Task renewing)
    {
        await work.CancelAsync();
        await renewing;
    }

    sealed class Watch
    {
        public volatile BacktestProgress? Progress;

        public volatile LeaseRenewal Last;
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
