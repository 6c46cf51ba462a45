using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Ledger.Statements;

/// <summary>The registration of statements.</summary>
public static class StatementsModule
{
    /// <summary>
    /// Adds what reads statements and closes months: <see cref="StatementReader"/>, <see cref="IMonthCloser"/>. Needs an <see cref="NpgsqlDataSource"/>, a
    /// <see cref="TimeProvider"/> and an <see cref="IProjectionSchemas"/>.
    /// </summary>
    public static IServiceCollection AddStatements(this IServiceCollection services)
    {
        services.AddOptions<StatementOptions>().BindConfiguration(StatementOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Projection, StatementsProjection>();
        services.AddSingleton<StatementReader>();
        services.AddSingleton<IMonthCloser, MonthCloser>();
        return services;
    }
}
