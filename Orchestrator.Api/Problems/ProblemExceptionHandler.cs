using System.Net.Sockets;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Api.Problems;

/// <summary>Turns every exception that leaves an endpoint into a problem with a name; what it says inside stays in the log.</summary>
public sealed partial class ProblemExceptionHandler(IProblemDetailsService problems, ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    /// <inheritdoc />
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
            return true;
        var details = Details(exception);
        httpContext.Response.StatusCode = details.Status!.Value;
        if (details.Status == StatusCodes.Status503ServiceUnavailable)
            httpContext.Response.Headers.RetryAfter = "1";
        if (details.Status >= 500 && exception is not ProjectionNotReadyException)
            Failed(logger, exception, httpContext.Request.Method, Route(httpContext));
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = details });
    }

    static ProblemDetails Details(Exception exception) => exception switch
    {
        ApiProblemException problem => problem.Details,
        ProjectionNotReadyException => ApiProblem.Details(ProblemKinds.ProjectionNotReady),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ApiProblem.Details(ProblemKinds.BodyTooLarge),
        BadHttpRequestException bad => ApiProblem.Details(ProblemKinds.OfStatus(bad.StatusCode), bad.Message),
        NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: SocketException or IOException or TimeoutException }
            or PostgresException { SqlState: ['5', '7', 'P', ..] } or TimeoutException => ApiProblem.Details(ProblemKinds.Unavailable),
        _ => ApiProblem.Details(ProblemKinds.Internal),
    };

    // The address itself may hold an account; the exception handler has put the endpoint aside.
    static string? Route(HttpContext context) =>
        ((context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint()) as RouteEndpoint)?.RoutePattern.RawText;

    [LoggerMessage(LogLevel.Error, "{Method} {Route} failed")]
    static partial void Failed(ILogger logger, Exception exception, string method, string? route);
}
