using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publishing;
using Orchestrator.Tests.Campaigns;

namespace Orchestrator.Tests.Deploy;

/// <summary>
/// Callers that submit transactions over HTTP, each to one service after the other as a load balancer would lead them, and go on with the next service and the same
/// Idempotency-Key when one is going. What no retry mends is a breach.
/// </summary>
sealed class HttpCallers : IAsyncDisposable
{
    const int Callers = 4;
    const int MostAttempts = 400;
    const int Rich = 64;

    static readonly TimeSpan CallWithin = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly Campaign _campaign;
    readonly int _seed;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<Uri, HttpClient> _clients = new();
    readonly ConcurrentQueue<string> _breaches = new();
    readonly List<Task> _running = [];
    int _accepted;
    int _retries;

    public HttpCallers(Campaign campaign, int seed)
    {
        _campaign = campaign;
        _seed = seed;
        for (var caller = 0; caller < Callers; caller++)
        {
            var number = caller;
            _running.Add(Task.Run(() => CallAsync(number)));
        }
    }

    /// <summary>How many requests were accepted.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many had to be made again.</summary>
    public int Retries => Volatile.Read(ref _retries);

    /// <summary>Answers that no retry mends.</summary>
    public IReadOnlyCollection<string> Breaches => _breaches;

    /// <summary>Lets each finish what it is at.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var client in _clients.Values)
            client.Dispose();
        _stop.Dispose();
    }

    async Task CallAsync(int caller)
    {
        for (var number = 0; !_stop.IsCancellationRequested && _breaches.IsEmpty; number++)
        {
            var id = NamedId.Of("upgrade-caller", $"{_seed}/{caller}/{number}");
            var from = (caller * 7 + number) % Rich;
            var body = new
            {
                transactionId = id, sourceAccountId = $"rich-{from:D3}", destinationAccountId = $"rich-{(from + 1) % Rich:D3}", amountMinor = 50_00 + number % 50_00, currency = "EUR", kind = "transfer",
                occurredAt = TimeProvider.System.GetUtcNow(), channel = "upgrade",
            };
            await SubmitAsync(id, body, caller + number);
            await Task.Delay(Pause);
        }
    }

    async Task SubmitAsync(Guid id, object body, int turn)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var addresses = _campaign.Services.Select(s => s.Address).OfType<Uri>().ToList();
            if (addresses.Count > 0 && await TryAsync(addresses[(turn + attempt) % addresses.Count], id, body))
                return;
            Interlocked.Increment(ref _retries);
            await Task.Delay(Pause);
        }
        _breaches.Enqueue($"{id} was not accepted in {MostAttempts} attempts");
    }

    // Whether it is accepted; a service that goes refuses connections, and answers 503 while its database is away.
    async Task<bool> TryAsync(Uri address, Guid id, object body)
    {
        var client = _clients.GetOrAdd(address, a => new ApiAccess(a, "upgrade") { Roles = ["service"] }.CreateClient(CallWithin));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transactions") { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", $"upgrade-{id}");
            using var answer = await client.SendAsync(request);
            if (answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK or HttpStatusCode.Created)
            {
                Interlocked.Increment(ref _accepted);
                _campaign.Load.Add(id);
                return true;
            }
            if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
                _breaches.Enqueue($"{address} answered {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or CommandException)
        {
            // It is gone, or was while it answered: the same key again has one effect.
        }
        return false;
    }
}
