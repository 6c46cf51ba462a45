using System.Net.Http.Headers;
using System.Text.Json;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Cli.Website;

/// <summary>Over HTTP with a write key, a request for each event, as browsers send them.</summary>
public sealed class HttpWebsiteSink : IWebsiteSink
{
    const int AtOnce = 32;

    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);

    readonly HttpClient _http;
    readonly string _key;
    readonly TimeProvider _time;
    readonly SemaphoreSlim _room = new(AtOnce);
    long _failed;
    volatile string? _firstError;

    /// <summary>Sends to an API.</summary>
    public HttpWebsiteSink(Uri api, string key, TimeProvider time)
    {
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce }) { BaseAddress = api, Timeout = AnswerWithin };
        _key = key;
        _time = time;
    }

    /// <inheritdoc />
    public long Failed => Interlocked.Read(ref _failed);

    /// <inheritdoc />
    public string? FirstError => _firstError;

    /// <inheritdoc />
    public async ValueTask SendAsync(ActivityRecorded message, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        _ = PostAsync(message);
    }

    /// <inheritdoc />
    public async Task FlushAsync()
    {
        for (var i = 0; i < AtOnce; i++)
            await _room.WaitAsync();
        _room.Release(AtOnce);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await FlushAsync();
        _http.Dispose();
        _room.Dispose();
    }

    async Task PostAsync(ActivityRecorded message)
    {
        try
        {
            // The service sees the browser and the address for itself.
            var body = JsonSerializer.SerializeToUtf8Bytes(message with { UserAgent = null, Ip = null, SentAt = _time.GetUtcNow() }, ContractJson.Default.ActivityRecorded);
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/activity") { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
            request.Headers.Add("X-Write-Key", _key);
            request.Headers.TryAddWithoutValidation("User-Agent", message.UserAgent);
            using var answer = await _http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode || text.Contains("\"accepted\":0", StringComparison.Ordinal))
                Note($"{(int)answer.StatusCode}: {text}");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            Note(e.Message);
        }
        finally
        {
            _room.Release();
        }
    }

    void Note(string error)
    {
        Interlocked.Increment(ref _failed);
        _firstError ??= error;
    }
}
