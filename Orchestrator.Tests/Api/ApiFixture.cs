using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Npgsql;
using Orchestrator.Api.Security;
using Orchestrator.Cli.Connections;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

/// <summary>One service with a database of its own, shared by the tests of the API.</summary>
public sealed class ApiFixture(TestInfrastructure infrastructure) : IAsyncLifetime
{
    TestDatabase? _database;
    ServiceProcess? _service;
    readonly System.Collections.Concurrent.ConcurrentDictionary<string, HttpClient> _clients = new(StringComparer.Ordinal);

    /// <summary>A write key whose pages are those of https://shop.example.</summary>
    public const string ShopKey = "shop-key-of-the-tests";

    /// <summary>Names the service's directory, where a test has one for itself.</summary>
    internal string Name { get; init; } = "api";

    /// <summary>Settings of a service that a test has for itself.</summary>
    internal IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A client of the API for somebody who may do everything.</summary>
    public HttpClient Http => ClientOf("tester");

    /// <summary>A client of the API for somebody who is <paramref name="roles"/>; the caller disposes it.</summary>
    public HttpClient As(string name, params string[] roles)
    {
        Assert.All(roles, role => Assert.Contains(role, Roles.All));
        return _service!.CreateClient(name, roles);
    }

    /// <summary>How the command line calls the API in the name of somebody who may do everything.</summary>
    public ApiAccess Access(string name) => new(_service!.Address, name);

    /// <summary>Sends a request in the name of somebody who may do everything.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request, string? name = null) => await Answer.OfAsync(await (name is null ? Http : ClientOf(name)).SendAsync(request));

    /// <summary>The service's broker.</summary>
    public string Kafka => _service!.Kafka;

    /// <summary>The service's own directory.</summary>
    public string DataDirectory => _service!.DataDirectory;

    /// <summary>The service's database.</summary>
    public string ConnectionString => _database!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        _database = await infrastructure.CreateDatabaseAsync();
        _service = await ServiceProcess.StartAsync(
            Name,
            new Dictionary<string, string>(Settings, StringComparer.Ordinal)
            {
                ["ORCHESTRATOR_POSTGRES"] = _database.ConnectionString,
                // What is looked at in the background is there when a test asks for it.
                ["Telemetry__SampleSeconds"] = "1", ["Kafka__statistics.interval.ms"] = "1000",
                // Tests ask faster than people do.
                ["Api__Limits__PeoplePerSecond"] = "100000", ["Api__Limits__PeopleBurst"] = "100000",
                ["Activity__Ingest__Keys__shop__Key"] = ShopKey, ["Activity__Ingest__Keys__shop__Origins__0"] = "https://shop.example",
                ["Ledger__Assets__0__Code"] = "PEARL", ["Ledger__Assets__0__Scale"] = "4", ["Ledger__Assets__0__Name"] = "Pearls",
                ["Parked__AllowEdits"] = "true",
                ["Replays__PollMs"] = "50",
                ["Casework__WebhookKey"] = Convert.ToBase64String(new byte[32]), ["Casework__Webhooks__AllowHttp"] = "true", ["Casework__Webhooks__AllowPrivateAddresses"] = "true",
            });
    }

    /// <summary>Stops the service before its time.</summary>
    /// <returns>All that it has logged.</returns>
    public async Task<string> StopAsync()
    {
        var service = _service!;
        _service = null;
        await service.StopAsync();
        var output = await service.OutputAsync();
        await service.DisposeAsync();
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        if (_service is not null)
            await StopAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    /// <summary>Sends a body as it stands.</summary>
    public async Task<Answer> PostAsync(string path, string? body, string? idempotencyKey = null, string? mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        }
        if (idempotencyKey is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        return await Answer.OfAsync(await Http.SendAsync(request));
    }

    /// <summary>Asks for an address.</summary>
    public async Task<Answer> GetAsync(string path) => await Answer.OfAsync(await Http.GetAsync(path));

    /// <summary>Publishes a message as it stands.</summary>
    public async Task ProduceAsync(string topic, byte[]? key, byte[]? body, params (string Name, byte[] Value)[] headers)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = Kafka, Partitioner = Partitioner.Murmur2Random, MessageMaxBytes = 4 << 20,
        }).Build();
        var message = new Message<byte[]?, byte[]?> { Key = key, Value = body, Headers = [] };
        foreach (var (name, value) in headers)
            message.Headers.Add(name, value);
        await producer.ProduceAsync(topic, message);
    }

    /// <summary>Publishes a message of the catalog, as any business service would.</summary>
    public Task PublishAsync(IContract message, Guid id)
    {
        var kafka = KafkaWire.ToKafka(OutgoingMessage.Of(
            MessageCatalog.Contracts.Of(message.GetType()), message, id, "/tests", TimeProvider.System.GetUtcNow(), traceParent: null));
        return ProduceAsync(
            MessageCatalog.Contracts.Of(message.GetType()).Topic, kafka.Key, kafka.Value, [.. kafka.Headers.Select(h => (h.Key, h.GetValueBytes()))]);
    }

    /// <summary>Opens an account and waits until it is open.</summary>
    public async Task OpenAsync(string account, long balance)
    {
        await PostAsync(
            "/v1/accounts", $$"""{ "accountId": "{{account}}", "customerId": "c", "currency": "EUR", "initialBalanceMinor": {{balance}} }""");
        await Eventually.HoldsAsync($"{account} is open", async () => (await GetAsync($"/v1/accounts/{account}")).Json.TryGetProperty("counters", out _));
    }

    /// <summary>Waits until a transaction has ended.</summary>
    public async Task<JsonElement> EndedAsync(Guid transactionId)
    {
        var found = default(JsonElement);
        await Eventually.HoldsAsync($"{transactionId} ends", async () =>
        {
            found = (await GetAsync($"/v1/transactions/{transactionId}")).Json;
            return found.TryGetProperty("ended", out var ended) && ended.GetBoolean();
        });
        return found;
    }

    HttpClient ClientOf(string name) => _clients.GetOrAdd(name, who => _service!.CreateClient(who));

    /// <summary>Asks the service's database.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>An answer of the API.</summary>
public sealed record Answer(HttpStatusCode Status, string? MediaType, string Text, HttpResponseMessage Message)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The last part of a problem's type.</summary>
    public string? Problem => MediaType == "application/problem+json" ? Json.GetProperty("type").GetString()!["/problems/".Length..] : null;

    /// <summary>A problem's errors, as code and field.</summary>
    public IReadOnlyList<string> Errors =>
        Json.TryGetProperty("errors", out var errors)
            ? [.. errors.EnumerateArray().Select(e => $"{e.GetProperty("code").GetString()} {e.GetProperty("field").GetString()}")]
            : [];

    /// <summary>A header's value.</summary>
    public string? Header(string name) => Message.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    internal static async Task<Answer> OfAsync(HttpResponseMessage message) =>
        new(message.StatusCode, message.Content.Headers.ContentType?.MediaType, await message.Content.ReadAsStringAsync(), message);
}

/// <summary>The tests that share <see cref="ApiFixture"/>.</summary>
[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiFixture>
{
    public const string Name = "API";
}
