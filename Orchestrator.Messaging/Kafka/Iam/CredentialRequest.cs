namespace Orchestrator.Messaging.Kafka.Iam;

/// <summary>Asks for credentials over HTTP: once, within a bound, for an answer of a bounded size.</summary>
internal static class CredentialRequest
{
    const int MostBytes = 64 << 10;

    static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(1);
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    /// <summary>A client for it.</summary>
    /// <param name="usesProxy">Whether the way may lead through the proxy that the environment names: what is near is asked directly.</param>
    public static HttpClient Client(bool usesProxy) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = usesProxy, ConnectTimeout = usesProxy ? AnswerWithin : ConnectWithin, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = AnswerWithin,
            MaxResponseContentBufferSize = MostBytes,
        };

    /// <summary>Sends a request.</summary>
    /// <param name="client">By this client.</param>
    /// <param name="from">Who is asked.</param>
    /// <param name="request">For what.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer's text.</returns>
    /// <exception cref="IamException"><c>credentials_refused</c>, or <c>credentials_unreachable</c>.</exception>
    public static async Task<string> SendAsync(HttpClient client, string from, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsStringAsync(cancellationToken)
                : throw new IamException("credentials_refused", $"{from} has answered with {(int)response.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new IamException("credentials_unreachable", $"{from} at {request.RequestUri?.Host} does not answer", e);
        }
    }
}
