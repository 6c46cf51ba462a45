using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.Api.Security;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Cli.Connections;

namespace Orchestrator.Benchmarks.Desk;

/// <summary>The people and programs that call the API, each in their own name over the same connections.</summary>
sealed class DeskClients(Uri service) : IDisposable
{
    /// <summary>The name of what submits transactions.</summary>
    public const string Program = "bench";

    readonly ConcurrentDictionary<string, Task<string>> _tokens = new(StringComparer.Ordinal);
    readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256, PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { BaseAddress = service };

    /// <summary>One call, read to its end.</summary>
    /// <exception cref="BenchFailedException">The answer is neither a success nor one of those that lose a race (404, 409, 412).</exception>
    public async Task<JsonElement?> CallAsync(HttpMethod method, string path, string actor, object? body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _tokens.GetOrAdd(actor, TokenAsync));
        using var answer = await _http.SendAsync(request, stop);
        var content = await answer.Content.ReadAsByteArrayAsync(stop);
        if (answer.IsSuccessStatusCode)
            return content.Length == 0 ? null : JsonSerializer.Deserialize<JsonElement>(content);
        return (int)answer.StatusCode is 404 or 409 or 412
            ? null
            : throw new BenchFailedException($"{method} {path} answers {(int)answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(content)}");
    }

    async Task<string> TokenAsync(string actor)
    {
        string[] roles = actor == Program ? [Roles.Service] : [Roles.CaseWorker, Roles.Operator];
        return await BenchClient.TokenAsync(new ApiAccess(service, actor) { Roles = roles }, CancellationToken.None);
    }

    public void Dispose() => _http.Dispose();
}
