using Microsoft.OpenApi;
using Orchestrator.Api.AsyncApi;

namespace Orchestrator.Api.OpenApi;

/// <summary>The OpenAPI 3.1 document at /swagger/v1/swagger.json, the same as 3.0 for generators that know no other, and its page at /swagger.</summary>
public static class OpenApiModule
{
    /// <summary>The document, OpenAPI 3.1.</summary>
    public const string Document = "/swagger/v1/swagger.json";

    /// <summary>The same, OpenAPI 3.0.</summary>
    public const string OlderDocument = "/swagger/v1/openapi-3.0.json";

    /// <summary>Where the document and its page are.</summary>
    public const string PagePath = "/swagger";

    /// <summary>Adds the document.</summary>
    public static IServiceCollection AddOrchestratorOpenApi(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "Orchestrator",
                Version = "v1",
                Description = "Moves money safely: accounts, transactions decided and carried out as durable sagas, and what operators need. " +
                    "Errors are application/problem+json; [/problems](/problems) explains each type. Amounts are integers in minor units, times UTC.",
            });
            foreach (var documented in Directory.GetFiles(AppContext.BaseDirectory, "Orchestrator.*.xml"))
                options.IncludeXmlComments(documented);
            options.CustomOperationIds(OperationIds.Of);
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            options.SchemaFilter<ExampleFilter>();
            options.AddSecurityDefinition(SecurityFilter.Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "A token of the configured OpenID Connect issuer; its roles say what it opens (x-roles of each operation).",
            });
            options.AddSecurityDefinition(SecurityFilter.WriteKeyScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = Activity.Ingest.IngestEndpoint.KeyHeader,
                Description = "A key of Activity:Ingest:Keys, for who sends events; it may stand in the address too, as key.",
            });
            options.OperationFilter<SecurityFilter>();
            options.OperationFilter<FileBodyFilter>();
            options.OperationFilter<EventBodyFilter>();
        });
        return services;
    }

    /// <summary>Serves the document and its page, and the one of topics and messages beside it.</summary>
    public static WebApplication UseOrchestratorOpenApi(this WebApplication app)
    {
        app.UseSwagger(swagger => swagger.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1);
        app.UseSwagger(swagger =>
        {
            swagger.RouteTemplate = "/swagger/{documentName}/openapi-3.0.{extension:regex(^(json|ya?ml)$)}";
            swagger.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
        });
        app.UseSwaggerUI(options =>
        {
            options.SwaggerEndpoint(Document, "Orchestrator v1");
            options.DocumentTitle = "Orchestrator";
        });
        app.MapAsyncApi();
        return app;
    }
}
