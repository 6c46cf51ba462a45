using Orchestrator.Contracts;
using Orchestrator.Messaging.Embedded;

namespace Orchestrator.Api.Hosting;

/// <summary>
/// What the service needs and was not given, started before it and stopped after it: the embedded broker without ORCHESTRATOR_KAFKA,
/// a private PostgreSQL without ORCHESTRATOR_POSTGRES. From there on the same configuration keys name them: one code path.
/// </summary>
public static class EmbeddedParts
{
    /// <summary>Starts what is missing and puts its address into the configuration.</summary>
    public static async Task<EmbeddedInfrastructure> StartAsync(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var ports = configuration.GetSection(EmbeddedOptions.Section).Get<EmbeddedOptions>() ?? new EmbeddedOptions();
        var parts = await EmbeddedInfrastructure.StartAsync(new EmbeddedInfrastructureOptions
        {
            DataDirectory = configuration["Api:DataDirectory"] ?? ".data",
            Kafka = FirstGiven(configuration["ORCHESTRATOR_KAFKA"], configuration["Kafka:bootstrap.servers"], configuration["Kafka:Client:bootstrap.servers"]),
            Postgres = FirstGiven(configuration["ORCHESTRATOR_POSTGRES"], configuration.GetConnectionString("Orchestrator")),
            KafkaPort = ports.KafkaPort,
            PostgresPort = ports.PostgresPort,
            Partitions = configuration.GetValue("Messaging:Partitions", Topics.DefaultPartitions),
            // It runs before there is a logger, and after.
            BrokerFailed = (request, failure) => Console.Error.WriteLine($"The embedded broker failed at {request}: {failure}"),
        });
        configuration["ORCHESTRATOR_KAFKA"] = parts.BootstrapServers;
        configuration["ORCHESTRATOR_POSTGRES"] = parts.ConnectionString;
        if (parts.HostsBroker)
        {
            // Its directory goes with the database's, or was deleted on purpose: whoever brings both along does not ask which.
            configuration["Messaging:OnLostPosition"] ??= "Earliest";
        }
        return parts;
    }

    static string? FirstGiven(params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
        {
            if (!string.IsNullOrWhiteSpace(value))
                return value;
        }
        return null;
    }
}
