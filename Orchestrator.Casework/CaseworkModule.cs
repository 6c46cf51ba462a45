using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Casework.Alerts;
using Orchestrator.Casework.Attachments;
using Orchestrator.Casework.Cases;
using Orchestrator.Casework.Events;
using Orchestrator.Casework.Figures;
using Orchestrator.Casework.Links;
using Orchestrator.Casework.Mail;
using Orchestrator.Casework.Webhooks;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Telemetry.Stored;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Casework;

/// <summary>Registers casework: the lanes that keep alerts and open cases, and what people read and change.</summary>
public static class CaseworkModule
{
    /// <summary>The group's name.</summary>
    public const string GroupName = "casework";

    // Alerts are few; so long they may wait for others.
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    // So much later than they happen others hear of them at most.
    static readonly TimeSpan RelayRest = TimeSpan.FromMilliseconds(100);

    static readonly TimeSpan WebhookRest = TimeSpan.FromMilliseconds(500);

    static readonly TimeSpan MailRest = TimeSpan.FromSeconds(5);

    /// <summary>Adds the lanes and what tells others of cases. Needs <see cref="AddCases"/> beside it.</summary>
    public static IServiceCollection AddAlertLanes(this IServiceCollection services)
    {
        services.AddSingleton(provider => new LaneGroup
        {
            Name = GroupName,
            Topics = [provider.GetRequiredService<MessageCatalog>().Of(typeof(AlertRaised)).Topic],
            CreateProcessor = _ => new AlertsProcessor(provider.GetRequiredService<IOptions<CaseworkOptions>>().Value),
            Takes = [typeof(AlertRaised)],
            Rest = Rest,
            IsBackground = true,
        });
        services.AddSingleton<EventRelay>();
        services.AddRounds("Case events", RelayRest, provider => provider.GetRequiredService<EventRelay>().RunOnceAsync);
        services.AddHostedService<EventPruner>();
        services.AddHostedService<RequestPruner>();
        services.AddSingleton<IEventSink, MailSink>();
        services.AddSingleton<CaseMail>();
        services.AddRounds("Case mail", MailRest, provider => provider.GetRequiredService<CaseMail>().RunOnceAsync);
        services.AddRounds("Webhooks", WebhookRest, provider => provider.GetRequiredService<WebhookDeliveries>().RunOnceAsync);
        services.AddHostedService<DeliveryPruner>();
        return services;
    }

    /// <summary>Adds what reads and changes cases; the lanes may be in another process. Needs an <see cref="NpgsqlDataSource"/> and messaging.</summary>
    public static IServiceCollection AddCases(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CaseworkOptions>().Bind(configuration.GetSection(CaseworkOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AlertReader>();
        services.AddSingleton<CaseReader>();
        services.AddSingleton<CaseStore>();
        services.AddSingleton<AttachmentStore>();
        services.AddSingleton<LinkStore>();
        services.AddSingleton<EventReader>();
        services.AddSingleton<LiveEvents>();
        services.AddSingleton(provider => new WebhookSecrets(provider.GetRequiredService<IOptions<CaseworkOptions>>().Value.WebhookKey));
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookDeliveries>();
        services.AddSingleton<IStoredFigures, CaseworkFigures>();
        return services;
    }

    /// <summary>Adds what hands on events to those who listen over HTTP.</summary>
    public static IServiceCollection AddLiveCases(this IServiceCollection services) =>
        services.AddHostedService(provider => provider.GetRequiredService<LiveEvents>());

    static void AddRounds(this IServiceCollection services, string name, TimeSpan rest, Func<IServiceProvider, Func<CancellationToken, Task<int>>> round) =>
        services.AddSingleton<IHostedService>(provider => new CaseworkRounds(
            name, rest, round(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<CaseworkRounds>>()));
}
