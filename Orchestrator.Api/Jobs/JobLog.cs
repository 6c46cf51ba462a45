using Npgsql;
using Orchestrator.Messaging.Rows;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Api.Jobs;

/// <summary>A run of a job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="StartedAt">When it began, UTC.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
/// <param name="Host">Where.</param>
/// <param name="AskedBy">Who asked for it; null when it was time for it.</param>
/// <param name="Result">What was done; null when it failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record JobRun(string JobId, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Host, string? AskedBy, string? Result, string? Error);

/// <summary>Keeps what runs of jobs did.</summary>
public sealed partial class JobLog(NpgsqlDataSource database, ILogger<JobLog> logger)
{
    const int MaxError = 2_000;

    const string Columns = "job_id, started_at, ended_at, host, asked_by, result, error";

    /// <summary>Notes a run.</summary>
    public async Task AddAsync(JobRun run, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"insert into jobs.run ({Columns}) values ($1, $2, $3, $4, $5, $6, $7)");
        command.Parameters.AddRange(new[]
        {
            Of(run.JobId), Of(run.StartedAt.ToUniversalTime()), Of(run.EndedAt.ToUniversalTime()), Of(run.Host),
            OrNull(run.AskedBy), OrNull(run.Result), OrNull(run.Error is { Length: > MaxError } error ? error[..MaxError] : run.Error),
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes a run that failed; where that fails as well, the run's own error is what counts.</summary>
    public async Task TryAddAsync(JobRun run, CancellationToken cancellationToken)
    {
        try
        {
            await AddAsync(run, cancellationToken);
        }
        catch (NpgsqlException e)
        {
            NotNoted(logger, run.JobId, e);
        }
    }

    /// <summary>The last run of each job, and the last that failed.</summary>
    public async Task<IReadOnlyDictionary<string, (JobRun Last, JobRun? LastFailed)>> LastAsync(IReadOnlyCollection<string> jobIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select r.* from unnest($1) as j (id)
            cross join lateral (
                (select {Columns} from jobs.run where job_id = j.id order by run_id desc limit 1)
                union all
                (select {Columns} from jobs.run where job_id = j.id and error is not null order by run_id desc limit 1)
            ) r
            """);
        command.Parameters.Add(Of(jobIds.ToArray()));
        var found = new Dictionary<string, (JobRun Last, JobRun? LastFailed)>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var run = Read(row);
            found[run.JobId] = found.TryGetValue(run.JobId, out var pair)
                ? (Later(pair.Last, run), run.Error is null ? pair.LastFailed : run)
                : (run, run.Error is null ? null : run);
        }
        return found;
    }

    static JobRun Later(JobRun a, JobRun b) => b.EndedAt > a.EndedAt ? b : a;

    static JobRun Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2), row.GetString(3), row.Text(4), row.Text(5), row.Text(6));

    [LoggerMessage(LogLevel.Warning, "The run of {JobId} was not noted")]
    static partial void NotNoted(ILogger logger, string jobId, Exception exception);
}
