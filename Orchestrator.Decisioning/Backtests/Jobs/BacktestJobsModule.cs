using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Backtests.Jobs;

/// <summary>Registers backtests that are asked for over HTTP.</summary>
public static class BacktestJobsModule
{
    /// <summary>Adds what asks for them and looks at them; the process that works on them may be another. Needs an <see cref="NpgsqlDataSource"/>.</summary>
    public static IServiceCollection AddBacktestStore(this IServiceCollection services)
    {
        services.AddOptions<BacktestJobsOptions>().BindConfiguration(BacktestJobsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<BacktestStore>();
        return services;
    }

    /// <summary>Adds what works on them, and forgets them when they have been kept long enough. Needs what decides live beside it: rules, models, features.</summary>
    public static IServiceCollection AddBacktestWorker(this IServiceCollection services)
    {
        services.AddBacktestStore();
        services.AddHostedService(provider => Worker(provider));
        services.AddHostedService(provider => new BacktestPruner(
            provider.GetRequiredService<NpgsqlDataSource>(), Options(provider), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BacktestPruner>>()));
        return services;
    }

    static BacktestWorker Worker(IServiceProvider provider)
    {
        var (database, time, options) = (provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>(), Options(provider));
        var features = provider.GetService<IOptions<FeatureEngineOptions>>()?.Value ?? new FeatureEngineOptions();
        return new BacktestWorker(
            new BacktestClaims(database, time),
            new BacktestChoices(
                provider.GetRequiredService<RuleSetStore>(), provider.GetRequiredService<IRulesInForce>(), provider.GetService<IModelsInForce>() ?? new NoModels(),
                provider.GetRequiredService<RuleSchema>(), features with { MaxKeys = options.MaxKeys }, provider.GetService<CurrencyScales>()),
            database, options, time, provider.GetRequiredService<ILogger<BacktestWorker>>());
    }

    static BacktestJobsOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<BacktestJobsOptions>>().Value;
}
