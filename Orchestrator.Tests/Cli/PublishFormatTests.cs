using Orchestrator.Api.Security;
using Orchestrator.Cli;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Tail;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Messaging;
using Orchestrator.Tests.Schemas.Registry;

namespace Orchestrator.Tests.Cli;

/// <summary>What the command line publishes, in the format that is asked for, by the running service's registry.</summary>
[Collection(ApiCollection.Name)]
public sealed class PublishFormatTests(ApiFixture api)
{
    static readonly System.CommandLine.InvocationConfiguration Throwing = new() { EnableDefaultExceptionHandler = false };

    static readonly TransactionSubmitted Transaction = LaneFixture.Transaction(new Guid("018f4e2b-e000-7000-8000-000000000001"), "cli-formats", ("note", "a=b"));

    [Fact]
    public async Task Publish_when_a_format_is_asked_for_writes_it_with_the_registrys_schema_and_says_when_there_is_none()
    {
        await using var kafka = TestInfrastructure.StartEmbeddedKafka();
        await kafka.CreateTopicsAsync(1, Topics.Transactions);
        // Subjects of this test's own: by topic, where nobody else has any.
        var refused = await Assert.ThrowsAsync<CommandException>(() => PublishAsync(kafka, SchemaFormat.Protobuf, SubjectNaming.Topic, register: false));
        Assert.Equal("schema_not_registered", refused.Code);
        Assert.Contains("orchestrator schemas register", refused.Message, StringComparison.Ordinal);

        var reader = await PublishAsync(kafka, SchemaFormat.Protobuf, SubjectNaming.Topic, register: true);
        await PublishAsync(kafka, SchemaFormat.Protobuf, SubjectNaming.Topic, register: false);
        await PublishAsync(kafka, SchemaFormat.Avro, SubjectNaming.Record, register: true);
        await PublishAsync(kafka, SchemaFormat.Json, SubjectNaming.Record, register: false);

        var read = new List<TailMessage>();
        await foreach (var message in new TopicReader(kafka.ClientConfig, kafka.Topic(Topics.Transactions), new LaneMessageReader(MessageCatalog.Contracts, reader))
            .ReadAsync(new TailStart.Beginning(), [], toEnd: true, TestContext.Current.CancellationToken))
            read.Add(message);
        Assert.Equal(["application/protobuf", "application/protobuf", "application/avro", "application/json"], read.Select(m => m.Header("content-type")));
        Assert.Single(read.Select(m => m.Body).Distinct(StringComparer.Ordinal));
        Assert.Single(read.Select(m => m.Header("ce_id")).Distinct(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--wire-format avro", "no_schema_registry")]
    [InlineData("--wire-format protobuf --schema-registry ftp://nowhere", "bad_schema_registry")]
    public async Task Command_when_it_cannot_write_the_format_says_why(string options, string code)
    {
        var folder = await ScratchDirectory.CreateAsync("formats");
        try
        {
            var file = Path.Combine(folder, "none.jsonl");
            await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
            var command = OrchestratorCommand.Create(TimeProvider.System).Parse($"publish {file} {options} --kafka 127.0.0.1:1");

            Assert.Equal(code, (await Assert.ThrowsAsync<CommandException>(() => command.InvokeAsync(Throwing))).Code);
        }
        finally
        {
            ScratchDirectory.Delete(folder);
        }
    }

    [Fact]
    public async Task Publish_when_the_registry_is_away_publishes_nothing()
    {
        var formats = WireFormats.In(SchemaFormat.Avro, new FormatOptions { SchemaRegistry = { ["Url"] = "http://127.0.0.1:1", ["max.retries"] = "1" } }, MessageCatalog.Contracts);
        await using var publisher = new TransactionPublisher(new Confluent.Kafka.ClientConfig { BootstrapServers = "127.0.0.1:1" }, TimeProvider.System, formats);

        var refused = await Assert.ThrowsAsync<CommandException>(async () => await publisher.PublishAsync(Transaction, Transaction.TransactionId, TestContext.Current.CancellationToken));

        Assert.Equal(("schema_registry_away", 0L), (refused.Code, publisher.OnTheWay));
    }

    async Task<WireFormats> PublishAsync(TestKafka kafka, SchemaFormat format, SubjectNaming subjects, bool register)
    {
        var options = new FormatOptions
        {
            SchemaRegistry =
            {
                ["Url"] = RegistryClients.Address(api), ["max.retries"] = "1", ["basic.auth.user.info"] = $"cli:{await RegistryClients.TokenAsync(api, "cli-formats", Roles.Service)}",
            },
            Subjects = subjects,
            Register = register,
        };
        var formats = format is SchemaFormat.Json ? WireFormats.JsonOnly : WireFormats.In(format, options, MessageCatalog.Contracts);
        await using var publisher = new TransactionPublisher(kafka.ClientConfig, TimeProvider.System, formats);
        await publisher.PublishAsync(Transaction, Transaction.TransactionId, TestContext.Current.CancellationToken);
        await publisher.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, publisher.Delivered);
        return formats;
    }
}
