using Hangfire;
using Hangfire.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Jobs;

/// <summary>Jobs over HTTP.</summary>
static class JobEndpoints
{
    static readonly TimeSpan MaxAhead = TimeSpan.FromDays(30);

    /// <summary>GET /v1/jobs.</summary>
    public static async Task<Ok<JobList>> ListAsync(JobTable jobs, JobLog log, JobStorage storage, CancellationToken cancellationToken)
    {
        var runs = await log.LastAsync([.. jobs.All.Select(j => j.Id)], cancellationToken);
        var next = NextRuns(jobs, storage);
        return TypedResults.Ok(new JobList([.. jobs.All.Select(job =>
        {
            var (last, failed) = runs.GetValueOrDefault(job.Id);
            return new JobView(
                job.Id, job.Cron, job.Does, job.Why, next.GetValueOrDefault(job.Id) is { } at ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : null,
                JobRunView.Of(last), JobRunView.Of(failed));
        })]));
    }

    // Until a process that runs jobs has started, there is nowhere to read it.
    static Dictionary<string, DateTime?> NextRuns(JobTable jobs, JobStorage storage)
    {
        try
        {
            using var connection = storage.GetConnection();
            return connection.GetRecurringJobs(jobs.All.Select(j => j.Id)).ToDictionary(j => j.Id, j => j.NextExecution, StringComparer.Ordinal);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return [];
        }
    }

    /// <summary>POST /v1/jobs/{id}/run.</summary>
    public static Results<Accepted<JobAsked>, ProblemHttpResult> Run(string id, JobTable jobs, IBackgroundJobClient client, Actor actor)
    {
        if (jobs.Find(id) is null)
            return ApiProblem.Of(ProblemKinds.JobNotFound);
        var name = actor.Name;
        client.Enqueue<JobRunner>(runner => runner.RunAskedAsync(id, name, CancellationToken.None));
        return TypedResults.Accepted("/v1/jobs", new JobAsked(id, name));
    }

    /// <summary>POST /v1/parked/groups/{group}/schedule.</summary>
    public static async Task<Results<Accepted<RedriveScheduled>, ProblemHttpResult>> ScheduleAsync(
        string group, JsonBody<ScheduleRedriveRequest> body, Actor actor, ParkedMessages parked, ParkedSchedules schedules, TimeProvider time, CancellationToken cancellationToken)
    {
        if ((await parked.PageAsync(group, after: 0, limit: 1, cancellationToken)).Count == 0)
            return ApiProblem.Of(ProblemKinds.ParkedNotFound);
        var (at, now) = (body.Value.At.ToUniversalTime(), time.GetUtcNow());
        var errors = new ContractErrors();
        if (at < now || at > now + MaxAhead)
            errors.Add("out_of_range", "at", "from now to 30 days ahead");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        await schedules.AddAsync(group, at, actor.ToString(), cancellationToken);
        return TypedResults.Accepted($"/v1/parked?group={Uri.EscapeDataString(group)}", new RedriveScheduled(group, at, actor.Name));
    }
}
