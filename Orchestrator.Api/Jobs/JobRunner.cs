using System.Diagnostics.CodeAnalysis;
using Hangfire;
using Npgsql;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Api.Jobs;

/// <summary>
/// Runs jobs when Hangfire says so. In all processes together one run of a job is under way at a time, by an advisory lock: who is killed lets go of it at once,
/// and another process goes on at the next time.
/// </summary>
public sealed partial class JobRunner(
    JobTable jobs, JobLog log, JobTelemetry telemetry, NpgsqlDataSource database, IServiceScopeFactory scopes, TimeProvider time, ILogger<JobRunner> logger)
{
    const int Attempts = 3;

    /// <summary>It is time for a job.</summary>
    [JobDisplayName("{0}")]
    [AutomaticRetry(Attempts = Attempts, DelaysInSeconds = [30, 120, 600], OnAttemptsExceeded = AttemptsExceededAction.Fail)]
    public Task RunAsync(string jobId, CancellationToken cancellationToken) => RunAsync(jobId, askedBy: null, cancellationToken);

    /// <summary>Somebody has asked for a job to be run now.</summary>
    [JobDisplayName("{0}, asked for by {1}")]
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Fail)]
    public Task RunAskedAsync(string jobId, string actor, CancellationToken cancellationToken) => RunAsync(jobId, actor, cancellationToken);

    // What goes wrong is kept and told to Hangfire, which tries again.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is thrown on.")]
    async Task RunAsync(string jobId, string? askedBy, CancellationToken cancellationToken)
    {
        // A process of an older version may be told of a job that it does not have: another has it.
        if (jobs.Find(jobId) is not { } job)
        {
            Unknown(logger, jobId);
            return;
        }
        await using var turn = await TakeTurnAsync(jobId, cancellationToken);
        if (turn is null)
        {
            Busy(logger, jobId);
            return;
        }
        var (started, began) = (time.GetUtcNow(), time.GetTimestamp());
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var result = await job.RunAsync(scope.ServiceProvider, cancellationToken);
            await log.AddAsync(new JobRun(jobId, started, time.GetUtcNow(), Environment.MachineName, askedBy, result, null), cancellationToken);
            telemetry.Ran(jobId, "done", time.GetElapsedTime(began));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(logger, jobId, e);
            telemetry.Ran(jobId, "failed", time.GetElapsedTime(began));
            await log.TryAddAsync(new JobRun(jobId, started, time.GetUtcNow(), Environment.MachineName, askedBy, null, $"{e.GetType().Name}: {e.Message}"), cancellationToken);
            throw;
        }
    }

    async Task<Turn?> TakeTurnAsync(string jobId, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended($1, 0))", connection) { Parameters = { Of(Turn.NameOf(jobId)) } };
            if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
                return new Turn(connection, jobId);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }

    /// <summary>The right to run a job, for as long as the session lives.</summary>
    sealed class Turn(NpgsqlConnection connection, string jobId) : IAsyncDisposable
    {
        public static string NameOf(string jobId) => $"orchestrator job {jobId}";

        // The session goes back to the pool as it is, so the lock is given back by name; one that cannot be is closed.
        public async ValueTask DisposeAsync()
        {
            try
            {
                await ExecuteAsync(connection, "select pg_advisory_unlock(hashtextextended($1, 0))", CancellationToken.None, Of(NameOf(jobId)));
            }
            catch (NpgsqlException)
            {
                NpgsqlConnection.ClearPool(connection);
            }
            await connection.DisposeAsync();
        }
    }

    [LoggerMessage(LogLevel.Warning, "There is no job {JobId} in this version")]
    static partial void Unknown(ILogger logger, string jobId);

    [LoggerMessage(LogLevel.Debug, "Job {JobId} is under way elsewhere")]
    static partial void Busy(ILogger logger, string jobId);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} failed")]
    static partial void Failed(ILogger logger, string jobId, Exception exception);
}
