using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Ledger.Reports;

/// <summary>The registration of regulatory reports.</summary>
public static class ReportsModule
{
    /// <summary>
    /// Adds <see cref="ReportReader"/>. Needs an <see cref="NpgsqlDataSource"/>. Schemas come from an <see cref="IProjectionSchemas"/> that is registered
    /// before, or from <c>ledger.projection</c>.
    /// </summary>
    public static IServiceCollection AddReports(this IServiceCollection services)
    {
        services.AddOptions<ReportOptions>().BindConfiguration(ReportOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IProjectionSchemas, StoredProjectionSchemas>();
        services.AddSingleton<ReportReader>();
        return services;
    }
}
