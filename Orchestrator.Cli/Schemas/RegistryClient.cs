using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Cli.Schemas;

/// <summary>Calls of a schema registry: of the service's own, or of any other that is called like Confluent's.</summary>
/// <param name="http">Its address ends with a slash; disposed with this.</param>
sealed class RegistryClient(HttpClient http) : IDisposable
{
    const string MediaType = "application/vnd.schemaregistry.v1+json";
    const int MostTries = 5;

    /// <summary>The registry's address.</summary>
    public Uri Address => http.BaseAddress!;

    /// <inheritdoc />
    public void Dispose() => http.Dispose();

    /// <summary>The versions of a subject; none when there is no such subject.</summary>
    public async Task<IReadOnlyList<int>> VersionsAsync(string subject, CancellationToken cancellationToken)
    {
        var (refused, answer) = await SendAsync(HttpMethod.Get, $"subjects/{Escape(subject)}/versions", body: null, cancellationToken, 40401);
        return refused is null ? [.. answer.EnumerateArray().Select(v => v.GetInt32())] : [];
    }

    /// <summary>The version and the number of a schema under a subject; null when it is not there.</summary>
    public async Task<RegisteredAs?> LookUpAsync(string subject, SchemaFormat format, string schema, CancellationToken cancellationToken)
    {
        var (refused, answer) = await SendAsync(HttpMethod.Post, $"subjects/{Escape(subject)}", Body(format, schema), cancellationToken, 40401, 40403);
        return refused is null ? RegisteredAs.Read(answer) : null;
    }

    /// <summary>Registers a schema.</summary>
    /// <returns>What it is registered as, or why it is refused.</returns>
    public async Task<(RegisteredAs? As, string? Refused)> RegisterAsync(string subject, SchemaFormat format, string schema, CancellationToken cancellationToken)
    {
        var (refused, answer) = await SendAsync(HttpMethod.Post, $"subjects/{Escape(subject)}/versions", Body(format, schema), cancellationToken, 409, 40901, 42201);
        if (refused is not null)
            return (null, refused);
        // Older registries answer with the number alone.
        return (answer.TryGetProperty("version", out _) ? RegisteredAs.Read(answer) : await LookUpAsync(subject, format, schema, cancellationToken), null);
    }

    /// <summary>Why a schema could not be registered; nothing when it could.</summary>
    public async Task<IReadOnlyList<string>> TestAsync(string subject, SchemaFormat format, string schema, CancellationToken cancellationToken)
    {
        var (refused, answer) = await SendAsync(HttpMethod.Post, $"compatibility/subjects/{Escape(subject)}/versions?verbose=true", Body(format, schema), cancellationToken, 42201);
        if (refused is not null)
            return [refused];
        if (answer.GetProperty("is_compatible").GetBoolean())
            return [];
        return answer.TryGetProperty("messages", out var messages) && messages.GetArrayLength() > 0 ? [.. messages.EnumerateArray().Select(m => m.GetString()!)] : ["it is not compatible"];
    }

    /// <summary>What a subject asks of its next version, in the registry's words; null when it says nothing of its own.</summary>
    public async Task<string?> CompatibilityAsync(string subject, CancellationToken cancellationToken)
    {
        var (refused, answer) = await SendAsync(HttpMethod.Get, $"config/{Escape(subject)}", body: null, cancellationToken, 40401, 40408);
        return refused is null ? answer.GetProperty("compatibilityLevel").GetString() : null;
    }

    /// <summary>Says what a subject asks of its next version.</summary>
    public Task PutCompatibilityAsync(string subject, CompatibilityMode mode, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"config/{Escape(subject)}", new JsonObject { ["compatibility"] = mode.Name() }, cancellationToken);

    static JsonObject Body(SchemaFormat format, string schema) => new() { ["schemaType"] = SchemaTypes.Name(format), ["schema"] = schema };

    static string Escape(string subject) => Uri.EscapeDataString(subject);

    // Refusals that the caller can do something with come back; everything else ends the command by its name.
    async Task<(string? Refused, JsonElement Answer)> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken, params int[] expected)
    {
        try
        {
            for (var tries = 1; ; tries++)
            {
                using var request = new HttpRequestMessage(method, path);
                if (body is not null)
                    request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString())) { Headers = { ContentType = new(MediaType) } };
                using var answer = await http.SendAsync(request, cancellationToken);
                if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && tries < MostTries)
                {
                    await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), cancellationToken);
                    continue;
                }
                var json = JsonElement.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
                if (answer.IsSuccessStatusCode)
                    return (null, json);
                var (code, message) = Refusal(json);
                return expected.Contains(code) ? (message ?? $"{code}", json) : throw new CommandException($"refused_{(int)answer.StatusCode}", $"{path}: {message ?? answer.ReasonPhrase}");
            }
        }
        catch (HttpRequestException e)
        {
            throw new CommandException("registry_unreachable", $"{Address}: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CommandException("bad_answer", $"{Address} did not answer as a registry does: {e.Message}", e);
        }
    }

    static (int Code, string? Message) Refusal(JsonElement answer) => answer.ValueKind is not JsonValueKind.Object
        ? (0, null)
        : (answer.TryGetProperty("error_code", out var code) && code.TryGetInt32(out var number) ? number : 0,
            answer.TryGetProperty("message", out var message) ? message.GetString() : null);
}

/// <summary>What a schema is registered as.</summary>
/// <param name="Version">The subject's version.</param>
/// <param name="Id">The schema's number.</param>
sealed record RegisteredAs(int Version, int Id)
{
    /// <summary>Reads it.</summary>
    public static RegisteredAs Read(JsonElement answer) => new(answer.GetProperty("version").GetInt32(), answer.GetProperty("id").GetInt32());
}
