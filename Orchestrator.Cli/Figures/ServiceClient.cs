using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Figures;

/// <summary>The few questions that publishing commands ask the service. A service that is away is an answer, not an error.</summary>
public sealed class ServiceClient : IDisposable
{
    readonly HttpClient _http;

    /// <summary>A client of the API.</summary>
    public ServiceClient(ApiAccess access)
    {
        Api = access.Address;
        _http = access.CreateClient(TimeSpan.FromSeconds(5));
    }

    /// <summary>The base address.</summary>
    public Uri Api { get; }

    /// <summary>The service's figures; null while it is away.</summary>
    public Task<ServiceFigures?> FiguresAsync(CancellationToken cancellationToken) =>
        AskAsync(() => _http.GetFromJsonAsync<ServiceFigures>("v1/figures", cancellationToken));

    /// <summary>Whether the service says that it is ready.</summary>
    public Task<bool> IsReadyAsync(CancellationToken cancellationToken) => AnswersOkAsync("health/ready", cancellationToken);

    /// <summary>Whether the account is open.</summary>
    /// <exception cref="CommandException"><c>refused_401</c> or <c>refused_403</c>: who asks may not know, however long they wait.</exception>
    public Task<bool> HasAccountAsync(string accountId, CancellationToken cancellationToken) =>
        AnswersOkAsync($"v1/accounts/{Uri.EscapeDataString(accountId)}", cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    Task<bool> AnswersOkAsync(string path, CancellationToken cancellationToken) =>
        AskAsync(async () =>
        {
            using var answer = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? throw new CommandException(
                    $"refused_{(int)answer.StatusCode}", $"{Api} does not answer whoever this is: give a token that may read accounts, by --token or ORCHESTRATOR_TOKEN.")
                : answer.StatusCode == HttpStatusCode.OK;
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
