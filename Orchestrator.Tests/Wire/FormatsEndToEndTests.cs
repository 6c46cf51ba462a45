using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Security;
using Orchestrator.Cli.Tail;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Messaging;
using Orchestrator.Tests.Schemas.Registry;
using Orchestrator.Tests.Streams;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Wire;

/// <summary>Lanes on a broker and a database, and the registry of a running service by the official client: one topic in Avro, one in Protobuf.</summary>
[Collection(ApiCollection.Name)]
public sealed class FormatsEndToEndTests(TestInfrastructure infrastructure, ApiFixture api)
{
    const string Submitted = "orchestrator.transaction.submitted.v1.TransactionSubmitted";
    static readonly TimeSpan Bound = Eventually.Bound;

    [Fact]
    public async Task Topics_in_avro_and_protobuf_carry_what_json_did_and_a_registry_that_is_away_loses_nothing()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);

        // While the registry is away, what comes as JSON takes effect; what follows from it waits in the outbox, and the lane says why.
        fixture.Send(Transaction(Id(1), "k"));
        var without = await fixture.StartServiceAsync(Settings("http://127.0.0.1:1", "x:y"));
        await fixture.TakenAsync(1);
        await Eventually.HoldsAsync("the lane says why", () => without.Services.GetRequiredService<LaneHost>().Status().Any(s => s.LastError?.Contains("schema registry", StringComparison.Ordinal) == true));
        Assert.Equal(1, await fixture.ScalarAsync<long>("select count(*) from messaging.outbox"));
        await fixture.StopServiceAsync(without);

        var token = await RegistryClients.TokenAsync(api, "wire-tests", Roles.Service);
        var host = await fixture.StartServiceAsync(Settings(RegistryClients.Address(api), "wire:" + token));
        var producer = host.Services.GetRequiredService<KafkaProducer>();
        await ProduceAsync(producer, fixture.Kafka, Transaction(Id(2), "k"));
        fixture.Send(Transaction(Id(3), "k"));
        fixture.Producer.Flush(Bound);
        await ProduceAsync(producer, fixture.Kafka, Transaction(Id(4), "k"));
        ProduceBad(fixture);
        fixture.Producer.Flush(Bound);
        await fixture.TakenAsync(4);

        // In order, whatever the format.
        Assert.Equal([Id(1), Id(2), Id(3), Id(4)], await fixture.EffectsAsync("k"));
        var sent = fixture.ReadMessages(Topics.Transactions, 5);
        Assert.Equal(
            ["application/json", "application/avro", "application/json", "application/avro", "application/avro"],
            sent.Select(m => KafkaWire.Text(m.Headers, CloudEventHeaders.ContentType)));

        // What is published is framed, and the official client has its schema under the record's name.
        using var registry = await RegistryClients.WithTokenAsync(api, Roles.Service);
        var registered = await registry.GetLatestSchemaAsync(Submitted);
        Assert.Equal((byte)0, sent[1].Value[0]);
        Assert.Equal(registered.Id, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(sent[1].Value.AsSpan(1)));
        Assert.Equal(SchemaType.Avro, registered.SchemaType);

        var alerts = fixture.ReadMessages(Topics.Alerts, 4);
        var reader = host.Services.GetRequiredService<LaneMessageReader>();
        Assert.All(alerts, m => Assert.Equal(("application/protobuf", (byte)0), (KafkaWire.Text(m.Headers, CloudEventHeaders.ContentType), m.Value[0])));
        Assert.Equal([Id(1), Id(2), Id(3), Id(4)], alerts.Select(m => JsonSerializer.Deserialize(reader.JsonOf(m), (System.Text.Json.Serialization.Metadata.JsonTypeInfo<AlertRaised>)Alert.Json)!.AlertId));

        // Who looks sees JSON.
        var shown = new List<TailMessage>();
        await foreach (var message in new TopicReader(fixture.Kafka.ClientConfig, fixture.Kafka.Topic(Topics.Alerts), reader).ReadAsync(new TailStart.Beginning(), [], toEnd: true, default))
            shown.Add(message);
        Assert.Equal(4, shown.Count(m => new TailFilter.Equal("kind", "recorded").Matches(m)));

        // The bad one is parked by name as it came, and so is its copy.
        await Eventually.HoldsAsync("it is parked", async () => await fixture.ScalarAsync<long>("select count(*) from messaging.parked") == 1);
        Assert.Equal("refused unknown_schema", await fixture.ScalarAsync<string>("select status || ' ' || error_code from messaging.parked"));
        var copy = Assert.Single(fixture.ReadMessages(Topics.Transactions + Topics.ParkedSuffix, 1));
        Assert.Equal(("application/avro", Convert.ToHexString(Bad)), (KafkaWire.Text(copy.Headers, CloudEventHeaders.ContentType), Convert.ToHexString(copy.Value)));
    }

    [Fact]
    public async Task Stream_lane_takes_avro_and_answers_in_protobuf_and_finds_its_answers_again()
    {
        await using var fixture = await StreamFixture.CreateAsync(infrastructure, embedded: true);
        var token = await RegistryClients.TokenAsync(api, "wire-tests", Roles.Service);
        var host = await fixture.StartServiceAsync(settings: [.. Settings(RegistryClients.Address(api), "wire:" + token), ("Messaging:Formats:Topics:decisions", "protobuf")]);
        var services = host.Services.GetRequiredService<LaneServices>();
        for (var n = 0; n < 20; n++)
        {
            // A message in Avro, one in JSON, and one that is asked and stands on no topic.
            await ProduceAsync(services.Producer, fixture.Kafka, Transaction(Id(3 * n), "k"));
            fixture.Send((3 * n) + 1, "k");
            fixture.Producer.Flush(Bound);
            await fixture.AnswerAsync(host, (3 * n) + 2, "k");
        }
        var group = host.Services.GetRequiredService<StreamGroup>();
        var partition = KeyPartition.Of("k", StreamFixture.Partitions);
        await Eventually.HoldsAsync("all are answered", async () => (await Answered()).End == 60);

        var answered = await Answered();
        Assert.Equal(40, answered.ById.Count);
        Assert.Equal(20, answered.Asked.Count);
        var answers = answered.ById.Values.Select(a => (a.Offset, Said: JsonSerializer.Deserialize(a.Body.Span, ContractJson.Default.FraudAssessed)!))
            .Concat(answered.Asked.Select(a => (a.Answer.Offset, Said: JsonSerializer.Deserialize(a.Answer.Body.Span, ContractJson.Default.DecisionAnswered)!.Decision)));
        StreamFixture.AssertChained([.. answers.OrderBy(a => a.Offset).Select(a => a.Said)]);

        Task<AnsweredInputs> Answered() => AnsweredInputs.ReadAsync(services.Kafka, services.Reader, group, partition, from: 0, default);
    }

    static MessageContract Alert => MessageCatalog.Contracts.Of(typeof(AlertRaised));

    // Behind the id of a schema that nobody has.
    static byte[] Bad => [0, 0x77, 0x35, 0x94, 0, 1, 2, 3];

    static (string, string)[] Settings(string url, string user) =>
    [
        ("Messaging:Formats:SchemaRegistry:Url", url),
        ("Messaging:Formats:SchemaRegistry:basic.auth.user.info", user),
        ("Messaging:Formats:SchemaRegistry:max.retries", "1"),
        ("Messaging:Formats:Topics:transactions", "avro"),
        ("Messaging:Formats:Topics:alerts", "protobuf"),
    ];

    static async Task ProduceAsync(KafkaProducer producer, TestKafka kafka, TransactionSubmitted transaction)
    {
        var contract = MessageCatalog.Contracts.Of(typeof(TransactionSubmitted)) with { Topic = kafka.Topic(Topics.Transactions) };
        var delivered = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await producer.ProduceAsync(OutgoingMessage.Of(contract, transaction, transaction.TransactionId, "/test", DateTimeOffset.UnixEpoch.AddYears(50)), delivered.SetResult, default);
        Assert.True(await delivered.Task);
    }

    static void ProduceBad(LaneFixture fixture) => fixture.Producer.Produce(fixture.Kafka.Topic(Topics.Transactions), new Message<byte[], byte[]>
    {
        Key = "k"u8.ToArray(),
        Value = Bad,
        Headers = new Headers
        {
            { CloudEventHeaders.Id, Encoding.UTF8.GetBytes(Id(5).ToString()) },
            { CloudEventHeaders.Type, "orchestrator.transaction.submitted.v1"u8.ToArray() },
            { CloudEventHeaders.ContentType, "application/avro"u8.ToArray() },
        },
    });
}
