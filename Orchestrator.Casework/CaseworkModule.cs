using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Casework.Alerts;
using Orchestrator.Casework.Cases;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Casework;

/// <summary>Registers casework: the lanes that keep alerts and open cases, and what people read and change.</summary>
public static class CaseworkModule
{
    /// <summary>The group's name.</summary>
    public const string GroupName = "casework";

    // Alerts are few; so long they may wait for others.
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    /// <summary>Adds the lanes. Needs <see cref="AddCases"/> beside it.</summary>
    public static IServiceCollection AddAlertLanes(this IServiceCollection services)
    {
        services.AddSingleton(provider => new LaneGroup
        {
            Name = GroupName,
            Topics = [provider.GetRequiredService<MessageCatalog>().Of(typeof(AlertRaised)).Topic],
            CreateProcessor = _ => new AlertsProcessor(provider.GetRequiredService<IOptions<CaseworkOptions>>().Value),
            Rest = Rest,
            IsBackground = true,
        });
        return services;
    }

    /// <summary>Adds what reads and changes cases; the lanes may be in another process. Needs an <see cref="NpgsqlDataSource"/> and messaging.</summary>
    public static IServiceCollection AddCases(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CaseworkOptions>().Bind(configuration.GetSection(CaseworkOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AlertReader>();
        services.AddSingleton<CaseReader>();
        services.AddSingleton<CaseStore>();
        return services;
    }
}
