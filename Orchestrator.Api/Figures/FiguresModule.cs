using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Security;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Figures;

/// <summary>Live figures.</summary>
public static class FiguresModule
{
    /// <summary>Adds what takes the figures.</summary>
    public static IServiceCollection AddFigures(this IServiceCollection services)
    {
        services.AddSingleton<ReadTransactionTotals>(provider => async cancellationToken =>
        {
            var tally = await provider.GetRequiredService<TallyReader>().ReadAsync(cancellationToken);
            return new TransactionTotals(tally.Submitted, tally.Completed, tally.Declined, tally.Held, tally.Compensated, tally.Voided);
        });
        services.AddSingleton<LatencyFigures>();
        services.AddSingleton<LagEverywhere>();
        services.AddSingleton<FiguresSampler>();
        services.AddHostedService(provider => provider.GetRequiredService<FiguresSampler>());
        return services;
    }

    /// <summary>Maps /v1/figures.</summary>
    public static IEndpointRouteBuilder MapFigures(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/figures", GetAsync).Allow([.. Roles.All])
            .WithTags("Figures")
            .WithSummary("What the service does: totals, rates, latency and lag")
            .WithDescription("Taken once a second. Totals survive restarts, lag is that of all processes; latency is that of the lanes which this process runs.")
            .ProducesProblems(503);
        return routes;
    }

    static async Task<Ok<FiguresView>> GetAsync(FiguresSampler figures, CancellationToken cancellationToken) =>
        TypedResults.Ok(figures.Latest ?? await figures.TakeAsync(cancellationToken));
}
