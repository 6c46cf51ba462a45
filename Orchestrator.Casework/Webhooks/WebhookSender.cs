using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace Orchestrator.Casework.Webhooks;

/// <summary>Sends one message to one address: no redirects, no proxy, no cookies, a bounded time, and only the first bytes of the answer.</summary>
public sealed class WebhookSender : IDisposable
{
    /// <summary>How much of an answer is kept, bytes.</summary>
    public const int MaxAnswer = 1_024;

    readonly TimeProvider _time;
    readonly TimeSpan _timeout;
    readonly SocketsHttpHandler _handler;
    readonly HttpClient _http;

    /// <summary>A sender.</summary>
    /// <param name="options">Where it may go.</param>
    /// <param name="time">The clock.</param>
    public WebhookSender(IOptions<CaseworkOptions> options, TimeProvider time)
    {
        var webhooks = options.Value.Webhooks;
        (_time, _timeout) = (time, TimeSpan.FromSeconds(webhooks.TimeoutSeconds));
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = 16,
            MaxConnectionsPerServer = 8,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = (context, cancellationToken) => WebhookAddress.ConnectAsync(context.DnsEndPoint, webhooks, cancellationToken),
        };
        _http = new HttpClient(_handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends it. What goes wrong is part of the answer.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="body">What, JSON.</param>
    /// <param name="secrets">By which it is signed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<WebhookAnswer> SendAsync(string url, string id, string body, IReadOnlyList<byte[]> secrets, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, new UTF8Encoding(false), "application/json") };
            var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Orchestrator-Webhooks", "1"));
            request.Headers.Add(WebhookSignature.IdHeader, id);
            request.Headers.Add(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
            request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Of(id, timestamp, body, secrets));
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var answer = await BeginningAsync(response, limit.Token);
            return new WebhookAnswer((int)response.StatusCode, Took(), answer, response.IsSuccessStatusCode ? null : "not_successful");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookAnswer(null, Took(), null, "timeout");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or WebhookRefusedException or UriFormatException)
        {
            return new WebhookAnswer(null, Took(), null, Reason(e));
        }

        int Took() => (int)Math.Min(int.MaxValue, _time.GetElapsedTime(began).TotalMilliseconds);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    static string Reason(Exception failure)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            if (e is WebhookRefusedException)
                return e.Message;
        }
        return failure is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var error } ? Name($"{error}") : "connection_failed";
    }

    static string Name(string error) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(error);

    static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxAnswer);
        try
        {
            await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await content.ReadAtLeastAsync(buffer.AsMemory(0, MaxAnswer), MaxAnswer, throwOnEndOfStream: false, cancellationToken);
            // PostgreSQL keeps no zeros in texts, and people see no other control characters.
            return string.Concat(Encoding.UTF8.GetString(buffer.AsSpan(0, length)).Select(c => char.IsControl(c) ? ' ' : c));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>What came back.</summary>
/// <param name="Status">The status; null when there was none.</param>
/// <param name="DurationMs">How long it took, milliseconds.</param>
/// <param name="Answer">The first bytes of the body.</param>
/// <param name="Error">Why it was no success, by its stable name; null when it was one.</param>
public sealed record WebhookAnswer(int? Status, int DurationMs, string? Answer, string? Error);
