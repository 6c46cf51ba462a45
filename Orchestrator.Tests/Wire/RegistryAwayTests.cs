using System.Text;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.History;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Tests.Wire;

/// <summary>A registry that is away is a hindrance: nothing is parked, nothing lost, it is asked again with pauses, and what needs no schema goes on.</summary>
public sealed class RegistryAwayTests
{
    const string Alert = "orchestrator.alert.raised.v1";

    [Fact]
    public async Task Intake_while_the_registry_is_away_keeps_the_message_and_what_is_behind_it_in_order()
    {
        var schemas = new SchemasInMemory { IsAway = true };
        var id = schemas.Add(SchemaFormat.Avro, SchemaHistory.Committed.Of(Alert)[^1].Avro);
        var time = new FakeTimeProvider();
        var reader = new LaneMessageReader(MessageCatalog.Contracts, schemas.Formats(time));
        var inbox = new LaneInbox(0, new MessagingOptions(), () => { });
        var intake = new LaneIntake(inbox, new TakenTypes(MessageCatalog.Contracts, takes: null, keeperOf: null), reader);
        var framed = new MessageCodecs().Of(Alert).Write(SchemaFormat.Avro, id, Json);
        foreach (var (offset, body) in new[] { Json, framed, Json, framed }.Index())
            inbox.Add(Result(offset, body));
        var pending = new Queue<LaneMessage>();

        await intake.TakeAsync(pending, most: 10, default);
        Assert.Equal(0, Assert.Single(pending).Origin.Offset);
        pending.Clear();
        var away = await Assert.ThrowsAsync<RegistryAwayException>(() => intake.TakeAsync(pending, most: 10, default));
        Assert.True(Failures.IsTransient(away));
        Assert.NotNull(reader.Formats.Hindrance);
        var asked = schemas.Asked;
        // Within the pause it is not asked again, but whoever waits is told.
        await Assert.ThrowsAsync<RegistryAwayException>(() => intake.TakeAsync(pending, most: 10, default));
        Assert.Equal(asked, schemas.Asked);

        schemas.IsAway = false;
        time.Advance(TimeSpan.FromSeconds(5));
        await intake.TakeAsync(pending, most: 10, default);

        Assert.Equal([1L, 2, 3], pending.Select(m => m.Origin.Offset));
        Assert.All(pending, m => Assert.Null(m.Fault));
        Assert.All(pending, m => Assert.IsType<AlertRaised>(m.Body));
        Assert.Null(reader.Formats.Hindrance);
        Assert.Equal(asked + 1, schemas.Asked);
    }

    [Fact]
    public async Task Id_that_nobody_has_is_asked_for_again_after_a_while()
    {
        var (schemas, time) = (new SchemasInMemory(), new FakeTimeProvider());
        var directory = schemas.Directory(time);

        Assert.Null(await directory.FindAsync(1, default));
        var id = schemas.Add(SchemaFormat.Avro, "\"string\"");
        Assert.Null(await directory.FindAsync(id, default));
        time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(id, (await directory.FindAsync(id, default))!.Id);
        Assert.Equal(2, schemas.Asked);
    }

    [Fact]
    public async Task Schemas_in_memory_are_bounded_and_those_in_use_stay()
    {
        var schemas = new SchemasInMemory();
        var directory = schemas.Directory(capacity: 10);
        for (var i = 0; i < 100; i++)
            schemas.Add(SchemaFormat.Avro, "\"string\"");
        for (var id = 1; id <= 100; id++)
        {
            Assert.NotNull(await directory.FindAsync(id, default));
            Assert.NotNull(await directory.FindAsync(1, default));
        }

        Assert.Equal(100, schemas.Asked);
        Assert.InRange(Enumerable.Range(1, 100).Count(id => directory.TryFind(id, out _)), 5, 10);
    }

    [Fact]
    public async Task Official_client_when_nobody_listens_says_that_the_registry_is_away()
    {
        using var client = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = "http://127.0.0.1:1", MaxRetries = 1 });
        var registry = new ConfluentSchemas(client, register: true);

        await Assert.ThrowsAsync<RegistryAwayException>(() => registry.FindAsync(1));
        await Assert.ThrowsAsync<RegistryAwayException>(() => registry.IdOfAsync("s", SchemaFormat.Avro, "\"string\""));
    }

    [Fact]
    public async Task Message_without_a_schema_history_is_json_on_whatever_topic()
    {
        var formats = new SchemasInMemory { IsAway = true }.Formats(topics: (Topics.LedgerCommands, SchemaFormat.Avro));
        var message = new OutgoingMessage(Topics.LedgerCommands, "alice", Guid.Empty, "orchestrator.ledger.expire-hold.v1", "/test", default, TraceParent: null, "{}"u8.ToArray());

        Assert.Same(message, await formats.EncodeAsync(message, default));
    }

    static byte[] Json => Encoding.UTF8.GetBytes(SchemaHistory.Committed.Of(Alert)[^1].Example);

    static ConsumeResult<byte[], byte[]> Result(long offset, byte[] body) => new()
    {
        Topic = Topics.Alerts,
        Partition = 0,
        Offset = offset,
        Message = new Message<byte[], byte[]>
        {
            Key = "alice"u8.ToArray(),
            Value = body,
            Headers = new Headers { { CloudEventHeaders.Id, Encoding.UTF8.GetBytes($"00000000-0000-0000-0000-00000000000{offset}") }, { CloudEventHeaders.Type, Encoding.UTF8.GetBytes(Alert) } },
        },
    };
}
