using Microsoft.OpenApi;
using Orchestrator.Api.Activity.Ingest;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Orchestrator.Api.OpenApi;

/// <summary>
/// An endpoint takes events. It looks at their media type itself: routing, where it knows which ones are taken, answers others before the endpoint does, and asks for a token that nobody has
/// who sends events.
/// </summary>
sealed class EventBody
{
    /// <summary>The one there is.</summary>
    public static EventBody Instance { get; } = new();
}

/// <summary>Says of each operation that takes events how they come.</summary>
sealed class EventBodyFilter : IOperationFilter
{
    static readonly string[] MediaTypes = ["application/json", "text/plain"];

    /// <inheritdoc />
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<EventBody>().Any())
            return;
        var schema = context.SchemaGenerator.GenerateSchema(typeof(ActivityBatch), context.SchemaRepository);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = MediaTypes.ToDictionary(type => type, IOpenApiMediaType (_) => new OpenApiMediaType { Schema = schema }, StringComparer.Ordinal),
        };
    }
}
