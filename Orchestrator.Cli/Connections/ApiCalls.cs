using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Connections;

/// <summary>Calls of the service's HTTP API. What it refuses, and that it is away, are failures of the command, by name.</summary>
/// <param name="access">Where the API is, and in whose name.</param>
/// <param name="timeout">Of one call.</param>
public sealed class ApiCalls(ApiAccess access, TimeSpan timeout) : IDisposable
{
    readonly HttpClient _http = access.CreateClient(timeout);

    /// <summary>Asks for an address.</summary>
    /// <exception cref="CommandException"><c>api_unreachable</c>, <c>bad_answer</c>, or <c>refused_</c> and the status.</exception>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync<T>(() => _http.GetAsync(path, cancellationToken), cancellationToken);

    /// <summary>Posts to an address, without a body.</summary>
    /// <exception cref="CommandException"><c>api_unreachable</c>, <c>bad_answer</c>, or <c>refused_</c> and the status.</exception>
    public Task<T> PostAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync<T>(() => _http.PostAsync(path, content: null, cancellationToken), cancellationToken);

    /// <summary>Posts a JSON body to an address.</summary>
    /// <exception cref="CommandException"><c>api_unreachable</c>, <c>bad_answer</c>, or <c>refused_</c> and the status.</exception>
    public Task<T> PostAsync<TBody, T>(string path, TBody body, CancellationToken cancellationToken) =>
        SendAsync<T>(() => _http.PostAsJsonAsync(path, body, cancellationToken), cancellationToken);

    /// <summary>Posts a file to an address.</summary>
    /// <exception cref="CommandException"><c>api_unreachable</c>, <c>bad_answer</c>, or <c>refused_</c> and the status.</exception>
    public Task<T> PostFileAsync<T>(string path, byte[] content, string mediaType, CancellationToken cancellationToken) =>
        SendAsync<T>(
            async () =>
            {
                using var body = new ByteArrayContent(content) { Headers = { ContentType = new(mediaType) } };
                return await _http.PostAsync(path, body, cancellationToken);
            },
            cancellationToken);

    /// <summary>Asks for a file.</summary>
    /// <exception cref="CommandException"><c>api_unreachable</c>, or <c>refused_</c> and the status.</exception>
    public async Task<byte[]> GetFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(path, cancellationToken);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync(cancellationToken) : throw await RefusedAsync(answer, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException("api_unreachable", $"{access.Address}: {e.Message}", e);
        }
    }

    /// <summary>Copies a file, whatever its length, as it comes.</summary>
    /// <exception cref="CommandException"><c>api_unreachable</c>, also when it breaks off, or <c>refused_</c> and the status.</exception>
    public async Task CopyAsync(string path, Stream to, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw await RefusedAsync(answer, cancellationToken);
            await answer.Content.CopyToAsync(to, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new CommandException("api_unreachable", $"{access.Address}: {e.Message}", e);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    async Task<T> SendAsync<T>(Func<Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await send();
            if (!answer.IsSuccessStatusCode)
                throw await RefusedAsync(answer, cancellationToken);
            return await answer.Content.ReadFromJsonAsync<T>(cancellationToken) ?? throw new CommandException("bad_answer", $"{access.Address} answered with nothing.");
        }
        catch (HttpRequestException e)
        {
            throw new CommandException("api_unreachable", $"{access.Address}: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new CommandException("bad_answer", $"{access.Address} did not answer as expected: {e.Message}", e);
        }
    }

    static string Hint(HttpResponseMessage answer) =>
        answer.StatusCode is System.Net.HttpStatusCode.Unauthorized ? " Give a token by --token or ORCHESTRATOR_TOKEN." : "";

    static async Task<CommandException> RefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            var problem = JsonSerializer.Deserialize<JsonElement>(text);
            string? Field(string name) => problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return new CommandException($"refused_{(int)answer.StatusCode}", (Field("detail") ?? Field("title") ?? text) + Hint(answer));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new CommandException($"refused_{(int)answer.StatusCode}", text.Length > 0 ? text : $"{answer.ReasonPhrase}");
        }
    }
}
