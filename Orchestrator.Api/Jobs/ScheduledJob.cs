namespace Orchestrator.Api.Jobs;

/// <summary>Something that is done again and again. Whatever it is, to do it twice, or twice at once, comes to the same.</summary>
/// <param name="Id">Its stable name, in lower case with hyphens.</param>
/// <param name="Cron">When, in UTC: minute, hour, day of the month, month, day of the week.</param>
/// <param name="Does">What it does, for people.</param>
/// <param name="Why">Why it is there, for people.</param>
/// <param name="RunAsync">Does it, and says in a few words what was done.</param>
public sealed record ScheduledJob(string Id, string Cron, string Does, string Why, Func<IServiceProvider, CancellationToken, Task<string>> RunAsync);

/// <summary>All jobs of this process, by their ids: those of <see cref="BuiltInJobs"/>, and those that other rooms have registered.</summary>
public sealed class JobTable(IEnumerable<ScheduledJob> jobs)
{
    readonly Dictionary<string, ScheduledJob> _jobs = jobs.ToDictionary(j => j.Id, StringComparer.Ordinal);

    /// <summary>All of them, by id.</summary>
    public IReadOnlyList<ScheduledJob> All => [.. _jobs.Values.OrderBy(j => j.Id, StringComparer.Ordinal)];

    /// <summary>The job of this id; null when there is none.</summary>
    public ScheduledJob? Find(string id) => _jobs.GetValueOrDefault(id);
}
