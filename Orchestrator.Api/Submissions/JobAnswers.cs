using Orchestrator.Api.Problems;

namespace Orchestrator.Api.Submissions;

/// <summary>What is answered to whoever asks for work that takes its time: it is taken on, and looked after at its address, or there is no room for it.</summary>
static class JobAnswers
{
    const string RetryAfterSeconds = "60";

    /// <summary>202 with the job as it stands, the first time.</summary>
    public static IResult Accepted<T>(string address, T job) => TypedResults.Accepted(address, job);

    /// <summary>The same for one that was asked for before; a header says so.</summary>
    public static IResult Repeated<T>(HttpContext context, string address, T job)
    {
        context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
        return Accepted(address, job);
    }

    /// <summary>As many are open as may be: one of them has to end before it is worth to ask again.</summary>
    public static IResult Full(HttpContext context, ProblemKind kind, string detail)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return ApiProblem.Of(kind, detail);
    }
}
