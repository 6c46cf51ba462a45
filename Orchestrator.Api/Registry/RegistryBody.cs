using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Api.Registry;

/// <summary>The body of a request to the registry, in one of the media types that its clients send.</summary>
static class RegistryBody
{
    // Clients that know more than this registry does say so, and do not mind.
    const string AcceptUnknown = "Confluent-Accept-Unknown-Properties";

    static readonly string[] MediaTypes = [RegistryAnswer.MediaType, "application/vnd.schemaregistry+json", "application/json", "application/octet-stream"];

    /// <summary>The schema that was sent.</summary>
    /// <exception cref="RegistryException">It is none.</exception>
    public static async Task<SentSchema> SchemaAsync(HttpContext context)
    {
        var request = await ReadAsync<SchemaRequest>(context);
        RefuseUnknown(context, request.Others);
        return request.Read();
    }

    /// <summary>The compatibility that was sent.</summary>
    /// <exception cref="RegistryException">There is none.</exception>
    public static async Task<string?> CompatibilityAsync(HttpContext context)
    {
        var request = await ReadAsync<ConfigRequest>(context);
        RefuseUnknown(context, request.Others);
        return request.Compatibility;
    }

    static async Task<T> ReadAsync<T>(HttpContext context) where T : class
    {
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        if (type is not null && !MediaTypes.Contains(type, StringComparer.OrdinalIgnoreCase))
            throw new ApiProblemException(ProblemKinds.UnsupportedMediaType);
        try
        {
            var body = await RequestBody.ReadAsync(context);
            return JsonSerializer.Deserialize(body.Span, (JsonTypeInfo<T>)RegistryJson.Default.GetTypeInfo(typeof(T))!) ?? throw new RegistryException(422, "The request body is null");
        }
        catch (JsonException e)
        {
            throw new RegistryException(400, $"The request body is not what is expected, at {e.Path ?? "$"}, line {e.LineNumber + 1}");
        }
    }

    static void RefuseUnknown(HttpContext context, Dictionary<string, JsonElement>? others)
    {
        if (others is { Count: > 0 } && context.Request.Headers[AcceptUnknown] != "true")
            throw new RegistryException(422, $"Unrecognized field: {others.First().Key}");
    }
}
