using Orchestrator.Api.Problems;

namespace Orchestrator.Api.Submissions;

/// <summary>202 with the stored answer, the first time and every time; <c>Idempotency-Replayed: true</c> says that it was accepted before.</summary>
public sealed class SubmissionResult(string response, string location, bool replayed) : IResult
{
    /// <summary>The header of an answer that was given before.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var answer = httpContext.Response;
        answer.StatusCode = StatusCodes.Status202Accepted;
        answer.Headers.Location = location;
        if (replayed)
            answer.Headers[ReplayedHeader] = "true";
        answer.ContentType = "application/json; charset=utf-8";
        await answer.WriteAsync(response, httpContext.RequestAborted);
    }

    /// <summary>The answer to <paramref name="outcome"/>.</summary>
    /// <param name="outcome">What became of the submission.</param>
    /// <param name="location">Where to look after it.</param>
    /// <param name="taken">The error when the subject was asked for with other contents.</param>
    public static IResult Of(SubmissionOutcome outcome, string location, ProblemKind taken) => outcome switch
    {
        SubmissionOutcome.Accepted accepted => new SubmissionResult(accepted.Response, location, replayed: false),
        SubmissionOutcome.Repeated repeated => new SubmissionResult(repeated.Response, location, replayed: true),
        SubmissionOutcome.KeyReused => ApiProblem.Of(ProblemKinds.IdempotencyKeyReused),
        SubmissionOutcome.SubjectTaken => ApiProblem.Of(taken),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome}"),
    };
}
