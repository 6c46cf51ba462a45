using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Orchestrator.Api.OpenApi;

/// <summary>An endpoint takes a file: as a form, or as the body itself.</summary>
sealed class FileBody
{
    /// <summary>The one there is.</summary>
    public static FileBody Instance { get; } = new();
}

/// <summary>Says of each operation that takes a file how a form brings it, so that generated clients can send one.</summary>
sealed class FileBodyFilter : IOperationFilter
{
    /// <inheritdoc />
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<FileBody>().Any())
            return;
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal)
            {
                ["multipart/form-data"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                        {
                            ["file"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = "The file, with its name and its type." },
                        },
                        Required = new HashSet<string>(StringComparer.Ordinal) { "file" },
                    },
                },
            },
        };
    }
}
