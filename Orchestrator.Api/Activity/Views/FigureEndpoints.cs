using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Views;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Activity.Views;

/// <summary>What is listed, and the stretch of time that it is about.</summary>
/// <param name="From">When it begins, UTC.</param>
/// <param name="To">When it ends, UTC.</param>
/// <param name="Items">What is listed.</param>
public sealed record FigureList<T>(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<T> Items);

/// <summary>Figures that name nobody.</summary>
static class FigureEndpoints
{
    const int DefaultDays = 7;
    const int DefaultCohorts = 28;
    const int MostHours = 7;
    const int MostDays = 400;
    const int MostCohorts = 92;

    static readonly TimeSpan HoursUpTo = TimeSpan.FromDays(2);

    public static async Task<Results<Ok<SummaryView>, ProblemHttpResult>> SummaryAsync(
        SummaryReader summaries, TimeProvider time, CancellationToken cancellationToken, string? from = null, string? to = null, string? by = null)
    {
        var errors = new ContractErrors();
        if (by is not (null or "hour" or "day"))
            errors.Add("unknown_step", "by", "hour or day");
        var now = time.GetUtcNow();
        var stretch = ActivityTimes.Read(from, to, wholeDays: by == "day", DefaultDays, by == "hour" ? MostHours : MostDays, now, errors);
        var byHour = by == "hour" || (by is null && stretch.To - stretch.From <= HoursUpTo);
        if (!byHour && by is null && errors.None)
            stretch = ActivityTimes.Read(from, to, wholeDays: true, DefaultDays, MostDays, now, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return TypedResults.Ok(
            byHour ? await summaries.HoursAsync(stretch.From, stretch.To, cancellationToken) : await summaries.DaysAsync(stretch.From, stretch.To, cancellationToken));
    }

    public static async Task<Results<Ok<FigureList<BreakdownView>>, ProblemHttpResult>> PagesAsync(
        BreakdownReader breakdowns, TimeProvider time, CancellationToken cancellationToken, string? from = null, string? to = null, string kind = "page", int limit = 50)
    {
        var errors = new ContractErrors();
        var wanted = Kind(kind, errors);
        PageLimits.Check(limit, BreakdownReader.MaxKeys, errors);
        var (begin, end) = ActivityTimes.Read(from, to, wholeDays: false, DefaultDays, MostDays, time.GetUtcNow(), errors);
        return errors.None
            ? TypedResults.Ok(new FigureList<BreakdownView>(begin, end, await breakdowns.ListAsync(wanted, begin, end, limit, cancellationToken)))
            : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    public static async Task<Results<Ok<FigureList<FunnelView>>, ProblemHttpResult>> FunnelsAsync(
        FunnelReader funnels, TimeProvider time, CancellationToken cancellationToken, string? from = null, string? to = null)
    {
        var errors = new ContractErrors();
        var (begin, end) = ActivityTimes.Days(from, to, DefaultDays, MostDays, time.GetUtcNow(), errors);
        return errors.None
            ? TypedResults.Ok(new FigureList<FunnelView>(Midnight(begin), Midnight(end), await funnels.ListAsync(begin, end, cancellationToken)))
            : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    public static async Task<Results<Ok<FigureList<CohortView>>, ProblemHttpResult>> RetentionAsync(
        RetentionReader retention, TimeProvider time, CancellationToken cancellationToken, string? from = null, string? to = null)
    {
        var errors = new ContractErrors();
        var (begin, end) = ActivityTimes.Days(from, to, DefaultCohorts, MostCohorts, time.GetUtcNow(), errors);
        return errors.None
            ? TypedResults.Ok(new FigureList<CohortView>(Midnight(begin), Midnight(end), await retention.ListAsync(begin, end, cancellationToken)))
            : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    static DateTimeOffset Midnight(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    static BreakdownKind Kind(string text, ContractErrors errors)
    {
        switch (text)
        {
            case "page":
                return BreakdownKind.Page;
            case "referrer":
                return BreakdownKind.Referrer;
            case "device":
                return BreakdownKind.Device;
            default:
                errors.Add("unknown_kind", "kind", "page, referrer or device");
                return default;
        }
    }
}
