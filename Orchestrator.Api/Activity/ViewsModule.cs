using Orchestrator.Activity.Views;
using Orchestrator.Api.Activity.Views;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;

namespace Orchestrator.Api.Activity;

/// <summary>Figures, sessions and visitors over HTTP.</summary>
static class ViewsModule
{
    /// <summary>Adds what reads them.</summary>
    public static IServiceCollection AddActivityViews(this IServiceCollection services, IConfiguration configuration) => services.AddActivityReaders(configuration);

    /// <summary>Maps GET /v1/activity.</summary>
    public static IEndpointRouteBuilder MapActivityViews(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/activity").WithTags("Activity").Allow(Roles.Analyst, Roles.CaseWorker, Roles.Supervisor, Roles.Operator, Roles.Auditor);
        group.MapGet("/live", LiveAsync)
            .WithSummary("What goes on now")
            .WithDescription(
                "As server-sent events: `event: figures`, `data` the figures of all lanes together. The first comes at once, others twice a second at most while they change, and every five " +
                "seconds at least. Visitors are active who did anything in the last five minutes; minutes are by event time. A connection ends after an hour: connect again.")
            .Produces<LiveFigures>(200, "text/event-stream").ProducesProblems(503);
        group.MapGet("/summary", FigureEndpoints.SummaryAsync)
            .WithSummary("Events, sessions and visitors of a stretch of time")
            .WithDescription(
                "With a series by `hour` (7 days at most) or `day`; by hour up to two days where `by` does not say it. Visitors are counted by day." + Of("hours, or days", 7, 400))
            .ProducesProblems(400, 503);
        group.MapGet("/pages", FigureEndpoints.PagesAsync)
            .WithSummary("Views by page, by referrer or by kind of device, the most first")
            .WithDescription(
                "`kind` is page, referrer or device. A page is a path without its query. Lanes tell 2,000 pages of an hour apart; others are `(other)`. At most 500. After 30 days, unless " +
                "configured otherwise, a day's hours are one, its first." + Of("hours", 7, 400))
            .ProducesProblems(400, 503);
        group.MapGet("/funnels", FigureEndpoints.FunnelsAsync)
            .WithSummary("How far visitors came in the configured funnels")
            .WithDescription("By the day of the first step; who came on two days counts on both." + Of("days", 7, 400))
            .ProducesProblems(400, 503);
        group.MapGet("/retention", FigureEndpoints.RetentionAsync)
            .WithSummary("Who came back, by the day of the first visit")
            .WithDescription("Up to 63 days later." + Of("days", 28, 92))
            .ProducesProblems(400, 503);
        group.MapGet("/sessions", SessionEndpoints.ListAsync).Audited()
            .WithSummary("Sessions, the newest first")
            .WithDescription(
                "Of a `visitor`, of a `customer`, begun from `from` on and before `to`. At most 500 a page; `cursor` is the `next` of the page before. A session is listed while it goes on, " +
                "within moments, unless very many change at once; `isFinal` says that nothing can change it any more.")
            .ProducesProblems(400, 503);
        group.MapGet("/visitors/{visitorId}", SessionEndpoints.VisitorAsync).Audited()
            .WithSummary("A visitor: the customer, totals of all stored sessions, and the newest of them")
            .ProducesProblems(404, 503);
        return routes;
    }

    static string Of(string unit, int days, int most) =>
        $" From `from` on and before `to`, instants or days, widened to whole {unit}; the last {days} days where nothing is said, {most} days at most.";

    static async Task<IResult> LiveAsync(LiveFeed feed, TimeProvider time, IHostApplicationLifetime lifetime, CancellationToken cancellationToken) =>
        await feed.ListenAsync(cancellationToken) is { } listener ? new LiveStream(listener, time, lifetime.ApplicationStopping) : ApiProblem.Of(ProblemKinds.TooManyListeners);
}
