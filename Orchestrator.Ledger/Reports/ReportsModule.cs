using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Ledger.Assets;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Ledger.Reports;

/// <summary>The registration of regulatory reports.</summary>
public static class ReportsModule
{
    /// <summary>
    /// Adds <see cref="ReportReader"/>. Needs an <see cref="NpgsqlDataSource"/> and an <see cref="IProjectionSchemas"/>.
    /// </summary>
    public static IServiceCollection AddReports(this IServiceCollection services)
    {
        services.AddOptions<ReportOptions>().BindConfiguration(ReportOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddAssets();
        services.AddSingleton<IValidateOptions<ReportOptions>, ReportCurrencies>();
        services.AddSingleton<Projection, ReportsProjection>();
        services.AddSingleton<ReportReader>();
        return services;
    }
}
