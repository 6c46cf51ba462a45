using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Orchestrator.Cli.Figures;

/// <summary>The few questions that publishing commands ask the service. A service that is away is an answer, not an error.</summary>
public sealed class ServiceClient : IDisposable
{
    readonly HttpClient _http;

    /// <summary>A client of the API at <paramref name="api"/>.</summary>
    public ServiceClient(Uri api)
    {
        Api = api;
        _http = new HttpClient { BaseAddress = api, Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>The base address.</summary>
    public Uri Api { get; }

    /// <summary>The service's figures; null while it is away.</summary>
    public Task<ServiceFigures?> FiguresAsync(CancellationToken cancellationToken) =>
        AskAsync(() => _http.GetFromJsonAsync<ServiceFigures>("v1/figures", cancellationToken));

    /// <summary>Whether the service says that it is ready.</summary>
    public Task<bool> IsReadyAsync(CancellationToken cancellationToken) => AnswersOkAsync("health/ready", cancellationToken);

    /// <summary>Whether the account is open.</summary>
    public Task<bool> HasAccountAsync(string accountId, CancellationToken cancellationToken) =>
        AnswersOkAsync($"v1/accounts/{Uri.EscapeDataString(accountId)}", cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    Task<bool> AnswersOkAsync(string path, CancellationToken cancellationToken) =>
        AskAsync(async () =>
        {
            using var answer = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        });

    static async Task<T?> AskAsync<T>(Func<Task<T?>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException { InnerException: TimeoutException })
        {
            return default;
        }
    }
}
