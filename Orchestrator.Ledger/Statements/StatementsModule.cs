using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Ledger.Statements;

/// <summary>The registration of statements.</summary>
public static class StatementsModule
{
    /// <summary>
    /// Adds what reads statements and closes months: <see cref="StatementReader"/>, <see cref="IMonthCloser"/>. Needs an <see cref="NpgsqlDataSource"/> and a
    /// <see cref="TimeProvider"/>. Schemas come from an <see cref="IProjectionSchemas"/> that is registered before, or from <c>ledger.projection</c>.
    /// </summary>
    public static IServiceCollection AddStatements(this IServiceCollection services)
    {
        services.AddOptions<StatementOptions>().BindConfiguration(StatementOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IProjectionSchemas, StoredProjectionSchemas>();
        services.AddSingleton<StatementReader>();
        services.AddSingleton<IMonthCloser, MonthCloser>();
        return services;
    }
}
