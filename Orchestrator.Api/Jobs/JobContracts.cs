namespace Orchestrator.Api.Jobs;

/// <summary>A recurring job, and how it went.</summary>
/// <param name="Id">Its stable name.</param>
/// <param name="Cron">When it runs, in UTC: minute, hour, day of the month, month, day of the week.</param>
/// <param name="Does">What it does.</param>
/// <param name="Why">Why it is there.</param>
/// <param name="NextRun">When it runs next, UTC; absent until it is entered.</param>
/// <param name="LastRun">The last run; absent when there was none.</param>
/// <param name="LastError">The last run that failed, as long as runs are kept.</param>
public sealed record JobView(string Id, string Cron, string Does, string Why, DateTimeOffset? NextRun, JobRunView? LastRun, JobRunView? LastError);

/// <summary>A run of a job.</summary>
/// <param name="StartedAt">When it began, UTC.</param>
/// <param name="TookMs">How long it took, milliseconds.</param>
/// <param name="Host">Where.</param>
/// <param name="AskedBy">Who asked for it; absent when it was time for it.</param>
/// <param name="Result">What was done.</param>
/// <param name="Error">Why it failed.</param>
public sealed record JobRunView(DateTimeOffset StartedAt, double TookMs, string Host, string? AskedBy, string? Result, string? Error)
{
    internal static JobRunView? Of(JobRun? run) =>
        run is null ? null : new JobRunView(run.StartedAt, (run.EndedAt - run.StartedAt).TotalMilliseconds, run.Host, run.AskedBy, run.Result, run.Error);
}

/// <summary>All jobs.</summary>
/// <param name="Items">By id.</param>
public sealed record JobList(IReadOnlyList<JobView> Items);

/// <summary>The job runs in a moment; its last run says what was done.</summary>
/// <param name="Id">The job.</param>
/// <param name="AskedBy">Who asked.</param>
public sealed record JobAsked(string Id, string AskedBy);

/// <summary>Names a time at which a group of parked messages is taken again.</summary>
/// <param name="At">When, UTC; at most 30 days ahead.</param>
public sealed record ScheduleRedriveRequest(DateTimeOffset At);

/// <summary>The time is noted.</summary>
/// <param name="Group">The group.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Actor">Who has named it.</param>
public sealed record RedriveScheduled(string Group, DateTimeOffset At, string Actor);
