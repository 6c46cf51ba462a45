using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Api.Registry;

/// <summary>Answers of the registry, in its own media type.</summary>
static class RegistryAnswer
{
    /// <summary>The media type of everything that is answered.</summary>
    public const string MediaType = "application/vnd.schemaregistry.v1+json";

    /// <summary>What is asked for.</summary>
    public static IResult Of<T>(T value) => new Written<T>(value, StatusCodes.Status200OK);

    /// <summary>A schema and nothing around it.</summary>
    public static IResult Text(string schema) => Results.Text(schema, MediaType, Encoding.UTF8);

    /// <summary>What is refused.</summary>
    public static IResult Of(RegistryException refused) => new Written<RefusalView>(new RefusalView(refused.Code, refused.Message), refused.Status);

    /// <summary>Writes an answer.</summary>
    public static async Task WriteAsync<T>(HttpContext context, T value, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaType;
        await JsonSerializer.SerializeAsync(context.Response.Body, value, (JsonTypeInfo<T>)RegistryJson.Default.GetTypeInfo(typeof(T))!, context.RequestAborted);
    }

    sealed class Written<T>(T value, int status) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => status;

        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, value, status);
    }
}
