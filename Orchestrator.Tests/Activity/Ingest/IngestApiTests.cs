using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Api;

namespace Orchestrator.Tests.Activity.Ingest;

/// <summary>Events over HTTP into Kafka, against the whole service.</summary>
[Collection(ApiCollection.Name)]
public sealed class IngestApiTests(ApiFixture api) : IDisposable
{
    const string Path = "/v1/activity";
    const string Key = "development";

    readonly HttpClient _nobody = new() { BaseAddress = api.Http.BaseAddress };

    public void Dispose() => _nobody.Dispose();

    async Task<Answer> SendAsync(string body, string? key = Key, string? mediaType = "application/json", string? origin = null, string path = Path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        request.Headers.TryAddWithoutValidation("User-Agent", "Mozilla/5.0 (iPhone) Mobile");
        if (key is not null)
            request.Headers.Add("X-Write-Key", key);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return await Answer.OfAsync(await _nobody.SendAsync(request));
    }

    static string View(int n, string visitor) =>
        $$"""{ "eventId": "018f4e2b-3000-7000-8000-{{n:x12}}", "type": "page_view", "visitorId": "{{visitor}}", "url": "https://shop.example/cart" }""";

    [Fact]
    public async Task Events_when_they_are_sent_are_on_the_topic_when_the_answer_comes()
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = api.Kafka, GroupId = "ingest-tests" }).SetLogHandler((_, _) => { }).Build();
        var partition = new TopicPartition(Topics.UserActivity, KeyPartition.Of("ingest-v1", Topics.DefaultPartitions));
        var end = consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(60)).High;
        consumer.Assign(new TopicPartitionOffset(partition, end));

        var answer = await SendAsync($$"""{ "events": [ {{View(1, "ingest-v1")}}, { "type": "stare" }, {{View(2, "ingest-v1")}} ] }""");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal(2, answer.Json.GetProperty("accepted").GetInt32());
        var refused = Assert.Single(answer.Json.GetProperty("refused").EnumerateArray().ToList());
        Assert.Equal((1, "wrong_type", "type"), (refused.GetProperty("index").GetInt32(), Text(refused.GetProperty("errors")[0], "code"), Text(refused.GetProperty("errors")[0], "field")));
        Assert.Equal(end + 2, consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(60)).High);
        var first = consumer.Consume(TimeSpan.FromSeconds(60)).Message;
        var body = JsonSerializer.Deserialize<JsonElement>(first.Value);
        Assert.Equal("ingest-v1", Encoding.UTF8.GetString(first.Key));
        Assert.Equal("018f4e2b-3000-7000-8000-000000000001", KafkaWire.Text(first.Headers, CloudEventHeaders.Id));
        Assert.Equal("orchestrator.activity.recorded.v1", KafkaWire.Text(first.Headers, CloudEventHeaders.Type));
        Assert.Equal(("Mozilla/5.0 (iPhone) Mobile", "127.0.0.0"), (Text(body, "userAgent"), Text(body, "ip")));
        Assert.Equal(body.GetProperty("receivedAt").GetDateTimeOffset(), body.GetProperty("createdAt").GetDateTimeOffset());
        Assert.Equal("018f4e2b-3000-7000-8000-000000000002", KafkaWire.Text(consumer.Consume(TimeSpan.FromSeconds(60)).Message.Headers, CloudEventHeaders.Id));
        consumer.Close();
    }

    [Fact]
    public async Task Beacon_when_it_comes_as_plain_text_with_its_key_in_the_address_is_taken()
    {
        var answer = await SendAsync(View(3, "ingest-v2"), key: null, mediaType: "text/plain;charset=UTF-8", path: $"{Path}?key={Key}");

        Assert.Equal((HttpStatusCode.Accepted, 1), (answer.Status, answer.Json.GetProperty("accepted").GetInt32()));
    }

    [Fact]
    public async Task Request_when_it_cannot_be_taken_is_refused_by_name()
    {
        var unknown = await SendAsync(View(4, "ingest-v3"), key: "nobody-has-this");
        Assert.Equal((HttpStatusCode.Unauthorized, "write_key_unknown", "WriteKey"), (unknown.Status, unknown.Problem, unknown.Header("WWW-Authenticate")));
        Assert.Equal("write_key_unknown", (await SendAsync(View(4, "ingest-v3"), key: null)).Problem);
        Assert.Equal("origin_not_allowed", (await SendAsync(View(4, "ingest-v3"), key: ApiFixture.ShopKey, origin: "https://evil.example")).Problem);
        Assert.Equal("unsupported_media_type", (await SendAsync(View(4, "ingest-v3"), mediaType: "application/xml")).Problem);
        Assert.Equal("unsupported_media_type", (await SendAsync(View(4, "ingest-v3"), mediaType: null)).Problem);
        Assert.Equal("not_json", (await SendAsync("{")).Problem);
        Assert.Equal("wrong_shape", (await SendAsync("[]")).Problem);
        Assert.Equal("body_too_large", (await SendAsync($$"""{ "events": [], "padding": "{{new string('x', 256 << 10)}}" }""")).Problem);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync($$"""{ "events": [], "padding": "{{new string('x', 255 << 10)}}" }""")).Status);
        var counted = (await api.GetAsync("/metrics")).Text;
        Assert.Contains("orchestrator_activity_refused_total{", counted, StringComparison.Ordinal);
        Assert.Contains("error=\"write_key_unknown\"", counted, StringComparison.Ordinal);
        Assert.Contains("error=\"not_json\"", counted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_of_another_origin_when_a_key_names_it_may_send_and_do_nothing_else()
    {
        Assert.Equal("https://shop.example", (await SendAsync(View(5, "ingest-v4"), ApiFixture.ShopKey, origin: "https://shop.example")).Header("Access-Control-Allow-Origin"));
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(View(6, "ingest-v4"), ApiFixture.ShopKey, origin: _nobody.BaseAddress!.GetLeftPart(UriPartial.Authority))).Status);

        var asked = await AskAsync(Path, "POST");
        Assert.Equal((HttpStatusCode.NoContent, "https://shop.example", "POST"), (asked.Status, asked.Header("Access-Control-Allow-Origin"), asked.Header("Access-Control-Allow-Methods")));
        Assert.Contains("x-write-key", asked.Header("Access-Control-Allow-Headers")!, StringComparison.OrdinalIgnoreCase);
        Assert.Null((await AskAsync("/v1/transactions", "POST")).Header("Access-Control-Allow-Origin"));
        Assert.Null((await AskAsync("/v1/figures", "GET")).Header("Access-Control-Allow-Origin"));

        async Task<Answer> AskAsync(string path, string method)
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, path)
            {
                Headers = { { "Origin", "https://shop.example" }, { "Access-Control-Request-Method", method }, { "Access-Control-Request-Headers", "content-type,x-write-key" } },
            };
            return await Answer.OfAsync(await _nobody.SendAsync(request));
        }
    }

    static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
