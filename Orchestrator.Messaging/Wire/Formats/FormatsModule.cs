using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>Registers the formats in which messages travel.</summary>
static class FormatsModule
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddWireFormats(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FormatOptions>().Bind(configuration.GetSection(FormatOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<FormatOptions>>(sp => new FormatOptionsCheck([.. ContractCatalog.All, .. sp.GetServices<MessageContract>()]));
        services.AddSingleton(sp => WireFormats.Of(
            sp.GetRequiredService<IOptions<FormatOptions>>().Value,
            sp.GetRequiredService<MessageCatalog>(),
            topic => configuration["Topics:" + topic] ?? topic,
            sp.GetRequiredService<MessagingOptions>(),
            sp.GetRequiredService<TimeProvider>(),
            sp.GetService<ILoggerFactory>()));
        services.AddHostedService<OwnSchemas>();
        return services;
    }
}
