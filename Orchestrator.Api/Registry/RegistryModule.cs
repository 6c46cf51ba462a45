using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Security;
using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Api.Registry;

/// <summary>A schema registry that clients of the Confluent Schema Registry talk to: their addresses, their JSON, their codes. It is described where theirs is, not in the OpenAPI document.</summary>
static class RegistryModule
{
    /// <summary>What its addresses begin with: clients are given it as the registry's.</summary>
    public const string Address = "/registry";

    const int MaxBodyBytes = 2 << 20;

    // Without contexts there is the one that has no name.
    static readonly string[] Contexts = ["."];

    /// <summary>Adds the registry.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RegistryOptions>().Bind(configuration.GetSection(RegistryOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<RegistryOptions>>().Value);
        services.AddSingleton<RegistryReader>().AddSingleton<RegistryConfig>().AddSingleton<SchemaRegistry>().AddSingleton<RegistryDeletion>();
        // Before the writer of problems, which would write everything.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, RegistryProblems>());
        return services;
    }

    /// <summary>Maps /registry where that is this process's part.</summary>
    public static IEndpointRouteBuilder MapRegistry(this IEndpointRouteBuilder routes, HostRoles roles)
    {
        if (!roles.HasFlag(HostRoles.Registry))
            return routes;
        var group = routes.MapGroup(Address).ExcludeFromDescription().AllowToRead()
            .WithMetadata(PasswordToken.Instance).WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            .AddEndpointFilter(RefuseByCode);
        group.MapGet("/", () => RegistryAnswer.Of(new Dictionary<string, string>(StringComparer.Ordinal)));
        group.MapGet("/contexts", () => RegistryAnswer.Of<IReadOnlyList<string>>(Contexts));
        group.MapSchemas().MapSubjects().MapConfig();
        return routes;
    }

    /// <summary>Whoever may change the registry: programs register what they write, and operators keep it.</summary>
    public static TBuilder AllowToRegister<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.Allow(Roles.Service, Roles.Operator);

    static async ValueTask<object?> RefuseByCode(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (RegistryException e)
        {
            return RegistryAnswer.Of(e);
        }
    }
}
