using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Contracts;

namespace Orchestrator.Ledger.Assets;

/// <summary>The registration of assets.</summary>
public static class AssetsModule
{
    /// <summary>Adds <see cref="CurrencyScales"/> of ISO 4217 and the assets that are configured. Whoever takes amounts asks for it.</summary>
    public static IServiceCollection AddAssets(this IServiceCollection services)
    {
        // Every module that needs it adds it.
        if (services.Any(s => s.ServiceType == typeof(CurrencyScales)))
            return services;
        services.AddOptions<AssetOptions>().Configure<IConfiguration>(Read).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new CurrencyScales(
            provider.GetRequiredService<IOptions<AssetOptions>>().Value.Assets.Select(a => new Asset(a.Code, a.Scale!.Value, a.Name))));
        return services;
    }

    static void Read(AssetOptions options, IConfiguration configuration)
    {
        foreach (var asset in configuration.GetSection(AssetOptions.Section).Get<List<AssetSetting>>() ?? [])
            options.Assets.Add(asset);
    }
}
