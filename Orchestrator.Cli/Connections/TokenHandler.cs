using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Cli.Connections;

/// <summary>
/// Sends a token with every request: the given one, or one that a development service on this machine has issued for the asking, anew before it ends. Where there is
/// neither, requests go without, and the service says what it thinks of that.
/// </summary>
public sealed class TokenHandler(ApiAccess access) : DelegatingHandler(new SocketsHttpHandler())
{
    readonly SemaphoreSlim _asking = new(1);
    Held? _held;

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is null && await TokenAsync(cancellationToken) is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await base.SendAsync(request, cancellationToken);
    }

    /// <summary>The token; null when there is none to be had.</summary>
    public async ValueTask<string?> TokenAsync(CancellationToken cancellationToken)
    {
        // Elsewhere nobody gives tokens for the asking.
        if (access.Token is not null || !access.Address.IsLoopback)
            return access.Token;
        if (_held is { } held && held.Until > Environment.TickCount64)
            return held.Token;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_held is null || _held.Until <= Environment.TickCount64)
                _held = await AskAsync(cancellationToken);
            return _held?.Token;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _asking.Dispose();
        base.Dispose(disposing);
    }

    async Task<Held?> AskAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(access.Address, "/dev/token")) { Content = JsonContent.Create(new { user = access.Name, roles = access.Roles }) };
        using var answer = await base.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode || await answer.Content.ReadFromJsonAsync<Issued>(cancellationToken) is not { } issued)
            return null;
        return new Held(issued.AccessToken, Environment.TickCount64 + (long)TimeSpan.FromSeconds(issued.ExpiresIn / 2).TotalMilliseconds);
    }

    sealed record Held(string Token, long Until);

    sealed record Issued([property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("expires_in")] int ExpiresIn);
}
