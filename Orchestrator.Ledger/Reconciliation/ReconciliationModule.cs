using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>Reconciliation's registration.</summary>
public static class ReconciliationModule
{
    /// <summary>Adds imports, decisions and the reading side. Needs an <see cref="NpgsqlDataSource"/> and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddReconciliation(this IServiceCollection services)
    {
        services.AddOptions<ReconciliationOptions>().BindConfiguration(ReconciliationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new StatementImporter(
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<IOptions<ReconciliationOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<BreakResolutions>();
        services.AddSingleton<ReconciliationReader>();
        return services;
    }
}
