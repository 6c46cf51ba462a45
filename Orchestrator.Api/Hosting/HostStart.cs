using Microsoft.Extensions.Options;
using Orchestrator.Ledger.Assets;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Api.Hosting;

/// <summary>What happens before the host starts, and how a start that cannot succeed says why.</summary>
public static class HostStart
{
    /// <summary>Sees to the schema, makes sure that assets mean what they meant, and creates the topics that are missing.</summary>
    public static async Task PrepareAsync(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Orchestrator.Start");
        await SchemaStart.PrepareAsync(app.Configuration["ORCHESTRATOR_POSTGRES"]!, app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.Migrate, logger);

        await app.Services.GetRequiredService<AssetScales>().KeepAsync(CancellationToken.None);

        var kafka = app.Services.GetRequiredService<KafkaOptions>();
        var needs = kafka.Topics(app.Services.GetRequiredService<IOptions<MessagingOptions>>().Value, TopicNames.Read(app.Configuration));
        await new TopicProvisioner(kafka.ClientConfig(), TimeProvider.System).EnsureAsync(TopicPlan.Of(needs));
    }

    /// <summary>Runs <paramref name="host"/>; what an operator can mend comes as one line, not as a stack.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(Func<Task> host)
    {
        try
        {
            await host();
            return 0;
        }
        catch (Exception e) when (Mendable(e) is { } reason)
        {
            await Console.Error.WriteLineAsync($"orchestrator: {reason}");
            return 1;
        }
    }

    static string? Mendable(Exception exception) => exception switch
    {
        HostRefusedException or OptionsValidationException or AssetScaleException or MigrationException or SchemaRefusedException or ClusterRefusedException or TopicsMissingException
            or FileNotFoundException or Npgsql.NpgsqlException or Confluent.Kafka.KafkaException or IOException => exception.Message,
        _ => null,
    };
}
