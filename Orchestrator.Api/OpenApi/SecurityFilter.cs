using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Orchestrator.Api.Security;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Orchestrator.Api.OpenApi;

/// <summary>Says of each operation which roles it is for (<c>x-roles</c>), and what becomes of who has none of them or asks too often.</summary>
sealed class SecurityFilter : IOperationFilter
{
    /// <summary>The scheme's name in the document.</summary>
    public const string Scheme = "bearer";

    /// <summary>The extension with the roles.</summary>
    public const string Roles = "x-roles";

    /// <summary>The name of the scheme of those who send events.</summary>
    public const string WriteKeyScheme = "writeKey";

    static readonly (string Status, string Description)[] Refusals =
    [
        ("401", "No token or key, or one that is not taken"),
        ("403", "None of the caller's roles may do this, or no page of this origin"),
        ("429", "Too many requests"),
    ];

    /// <inheritdoc />
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        var byKey = metadata.OfType<AllowedWithWriteKey>().Any();
        if (!byKey && !metadata.OfType<AllowedRoles>().Any())
            return;
        var roles = byKey ? [] : metadata.OfType<AllowedRoles>().Last().Roles;
        operation.AddExtension(Roles, new JsonNodeExtension(new JsonArray([.. roles.Select(role => JsonValue.Create(role))])));
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(byKey ? WriteKeyScheme : Scheme, context.Document)] = [] }];
        operation.Responses ??= [];
        var problem = context.SchemaGenerator.GenerateSchema(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), context.SchemaRepository);
        foreach (var (status, description) in Refusals)
        {
            operation.Responses.TryAdd(status, new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal) { ["application/problem+json"] = new OpenApiMediaType { Schema = problem } },
            });
        }
    }
}
