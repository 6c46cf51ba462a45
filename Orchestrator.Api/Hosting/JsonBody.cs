using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Hosting;

/// <summary>
/// A request's JSON body, read strictly: what is wrong with it gets a name (not_json, wrong_shape with the fields) instead of the framework's
/// one error for everything. Where the parameter has a default, a request without a body is taken too.
/// </summary>
/// <typeparam name="T">A record of <see cref="ApiJson"/>.</typeparam>
public sealed record JsonBody<T>(T Value) : IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    /// <summary>Reads the body.</summary>
    /// <exception cref="ApiProblemException">It cannot be taken.</exception>
    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (parameter.HasDefaultValue && context.Request is { ContentType: null, ContentLength: null or 0 } && !context.Request.Headers.ContainsKey("Transfer-Encoding"))
            return null;
        if (!context.Request.HasJsonContentType())
            throw new ApiProblemException(ProblemKinds.UnsupportedMediaType);
        return new JsonBody<T>(Parse(await RequestBody.ReadAsync(context)));
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), isOptional: parameter.HasDefaultValue));

    static T Parse(ReadOnlyMemory<byte> json)
    {
        var type = (JsonTypeInfo<T>)ApiJson.Default.GetTypeInfo(typeof(T))!;
        try
        {
            return JsonSerializer.Deserialize(json.Span, type)
                ?? throw new ApiProblemException(ProblemKinds.WrongShape, "a JSON object is expected, not null");
        }
        catch (JsonException e)
        {
            throw Explain(json, type, e);
        }
    }

    static ApiProblemException Explain(ReadOnlyMemory<byte> json, JsonTypeInfo type, JsonException failure)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return new ApiProblemException(ProblemKinds.WrongShape, "a JSON object is expected");
            var errors = new ContractErrors();
            foreach (var property in type.Properties)
            {
                if (property.IsRequired && (!document.RootElement.TryGetProperty(property.Name, out var value) || value.ValueKind == JsonValueKind.Null))
                    errors.Add("missing_field", property.Name, "required, and not null");
            }
            if (errors.None)
                errors.Add("wrong_type", failure.Path is { Length: > 2 } path ? path[2..] : "$", "another type than this field has, or a field given twice");
            return new ApiProblemException(ProblemKinds.WrongShape, errors: errors.All);
        }
        catch (JsonException e)
        {
            // The parser's own message quotes the body; the position is enough.
            return new ApiProblemException(ProblemKinds.NotJson, $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
    }
}
