using System.Net;
using Confluent.SchemaRegistry;
using Orchestrator.Messaging.Schemas;
using ConfluentException = Confluent.SchemaRegistry.SchemaRegistryException;
using ConfluentSchema = Confluent.SchemaRegistry.Schema;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>A schema registry by Confluent's client.</summary>
/// <param name="client">The client.</param>
/// <param name="register">Whether a schema that is not there is registered.</param>
sealed class ConfluentSchemas(ISchemaRegistryClient client, bool register) : ISchemaSource
{
    const int SchemaNotFound = 40403;

    /// <inheritdoc />
    public async Task<RegisteredSchema?> FindAsync(int id)
    {
        try
        {
            var schema = await client.GetSchemaAsync(id);
            var format = schema.SchemaType switch
            {
                SchemaType.Avro => SchemaFormat.Avro,
                SchemaType.Protobuf => SchemaFormat.Protobuf,
                _ => SchemaFormat.Json,
            };
            return new RegisteredSchema(id, format, schema.SchemaString, schema.References is { Count: > 0 });
        }
        catch (ConfluentException e) when (e.ErrorCode == SchemaNotFound)
        {
            return null;
        }
        catch (Exception e) when (IsAway(e))
        {
            throw Away($"schema {id}", e);
        }
    }

    /// <inheritdoc />
    public async Task<int> IdOfAsync(string subject, SchemaFormat format, string text)
    {
        var schema = new ConfluentSchema(text, format is SchemaFormat.Avro ? SchemaType.Avro : SchemaType.Protobuf);
        try
        {
            return register ? await client.RegisterSchemaAsync(subject, schema) : await client.GetSchemaIdAsync(subject, schema);
        }
        catch (ConfluentException e) when (e.Status is HttpStatusCode.NotFound)
        {
            throw new RegistryAwayException($"it has no schema like ours under {subject}; run orchestrator schemas register, or set {FormatOptions.Section}:Register to true", e) { HasAnswered = true };
        }
        catch (ConfluentException e) when (e.Status is HttpStatusCode.Conflict)
        {
            throw new RegistryAwayException($"it does not take our schema under {subject}: {e.Message}", e) { HasAnswered = true };
        }
        catch (Exception e) when (IsAway(e))
        {
            throw Away($"subject {subject}", e);
        }
    }

    // Whatever it answers, or does not, is no fault of a message.
    static bool IsAway(Exception e) => e is ConfluentException or HttpRequestException or OperationCanceledException or TimeoutException or IOException or Newtonsoft.Json.JsonException;

    static RegistryAwayException Away(string asked, Exception e) => new($"asked for {asked}, {e.GetType().Name}: {e.Message}", e);
}
