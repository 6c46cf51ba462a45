using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api.Hosting;

namespace Orchestrator.Tests.Deploy;

/// <summary>Whether an environment variable is a setting of the service: what it says must be read by an options class, or by the host.</summary>
static class SettingNames
{
    static readonly HashSet<string> OfTheHost = new(StringComparer.Ordinal)
    {
        "ORCHESTRATOR_KAFKA", "ORCHESTRATOR_POSTGRES", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_GCgen0size", "Logging__Console__FormatterName",
    };

    static readonly ILookup<string, Type> Sections = Directory.GetFiles(AppContext.BaseDirectory, "Orchestrator.*.dll")
        .Select(f => Assembly.Load(Path.GetFileNameWithoutExtension(f)))
        .SelectMany(a => a.GetTypes())
        .Select(t => (Type: t, Section: t.GetField("Section", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)?.GetRawConstantValue() as string))
        .Where(t => t.Section is not null)
        .ToLookup(t => t.Section!, t => t.Type, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it is.</summary>
    public static bool Exist(string variable)
    {
        var parts = variable.Split("__");
        return OfTheHost.Contains(variable)
            || Enumerable.Range(1, parts.Length - 1).Any(length => Sections[string.Join(':', parts[..length])].Any(type => Has(type, parts.AsSpan(length))));
    }

    /// <summary>How long the host gives what it runs to stop.</summary>
    public static TimeSpan ShutdownTimeout()
    {
        var services = new ServiceCollection();
        services.AddHostParts(new ConfigurationBuilder().Build());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<HostOptions>>().Value.ShutdownTimeout;
    }

    static bool Has(Type type, ReadOnlySpan<string> path)
    {
        if (path.Length == 0)
            return true;
        if (type.IsAssignableTo(typeof(IEnumerable)) && type.IsGenericType)
            return Has(type.GenericTypeArguments[^1], path[1..]);
        return type.GetProperty(path[0], BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is { } property && Has(property.PropertyType, path[1..]);
    }
}
