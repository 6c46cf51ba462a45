using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Tests.Wire;

/// <summary>Formats by configuration: what is said is what is done, and what is said wrongly is told at the start, with how to mend it.</summary>
public sealed class FormatOptionsTests
{
    const string Url = "Messaging:Formats:SchemaRegistry:Url=http://localhost:8081";

    [Theory]
    [InlineData("Messaging:Formats:Topics:transaction=avro|" + Url, "transaction is no topic; topics are, by their default names, accounts, ")]
    [InlineData("Messaging:Formats:Topics:transactions=arvo|" + Url, "Messaging:Formats:Topics:transactions is \"arvo\"; set it to json, avro, protobuf")]
    [InlineData("Messaging:Formats:Topics:transactions=avro", "Messaging:Formats:SchemaRegistry:Url is not set, and transactions is to travel as avro; set it to")]
    [InlineData("Messaging:Formats:Topics:transactions.parked=avro|" + Url, "copies of parked messages are as those came; remove the entry")]
    [InlineData("Messaging:Formats:SchemaRegistry:Url=localhost", "is no address; write it as http://host:8081")]
    [InlineData("Messaging:Formats:SchemaRegistry:basic.auth.user.info=a:b", "has properties but no Url")]
    [InlineData("Messaging:Formats:SchemaRegistry:no.such.property=1|" + Url, "Properties have the names of Confluent's client")]
    [InlineData("Messaging:Formats:SchemaRegistry:max.retries=0|" + Url, "set it to 1 or more")]
    [InlineData("Messaging:Formats:Subjects=Topic|Messaging:Formats:Topics:transactions=avro|" + Url, "Messaging:Formats:Subjects is Topic, and transactions carries 6 messages")]
    [InlineData("Messaging:Formats:CachedSchemas=1", "CachedSchemas")]
    public void Configuration_when_it_is_wrong_is_refused_with_how_to_mend_it(string settings, string says)
    {
        using var services = Services(settings.Split('|'));

        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<FormatOptions>>().Value);

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Topic_by_its_default_name_is_found_under_its_actual_one_and_all_others_stay_json()
    {
        using var services = Services(
            Url, "Messaging:Formats:SchemaRegistry:basic.auth.user.info=a:b", "Messaging:Formats:Topics:Transactions=Avro", "Messaging:Formats:Topics:alerts=protobuf",
            "Messaging:Formats:Topics:cases=json", "Topics:transactions=payments");

        var formats = services.GetRequiredService<WireFormats>();

        Assert.Equal([false, true, false, true, true], new[] { "payments", "transactions", "alerts", "cases", "ledger-events" }.Select(formats.IsJson));
    }

    [Fact]
    public void Subject_of_one_message_may_be_named_after_its_topic()
    {
        using var services = Services(Url, "Messaging:Formats:Subjects=Topic", "Messaging:Formats:Topics:labels=avro");

        Assert.False(services.GetRequiredService<WireFormats>().IsJson(Topics.Labels));
    }

    [Theory]
    [InlineData(SubjectNaming.Record, "orchestrator.alert.raised.v1.AlertRaised")]
    [InlineData(SubjectNaming.TopicRecord, "alerts-orchestrator.alert.raised.v1.AlertRaised")]
    [InlineData(SubjectNaming.Topic, "alerts-value")]
    public async Task Subject_has_the_name_that_official_serializers_give_it(SubjectNaming naming, string subject)
    {
        var schemas = new SchemasInMemory();
        await schemas.Formats(subjects: naming, topics: (Topics.Alerts, SchemaFormat.Avro)).ReadyAsync(Topics.Alerts, default);

        Assert.Equal([subject], schemas.Subjects);
        var official = naming switch
        {
            SubjectNaming.Record => SubjectNameStrategy.Record,
            SubjectNaming.TopicRecord => SubjectNameStrategy.TopicRecord,
            _ => SubjectNameStrategy.Topic,
        };
        Assert.Equal(await official.ToAsyncDelegate(null!, [])(new SerializationContext(MessageComponentType.Value, Topics.Alerts), "orchestrator.alert.raised.v1.AlertRaised"), subject);
    }

    [Fact]
    public void Every_producer_of_the_service_is_idempotent_and_waits_for_all_replicas()
    {
        using var services = Services();
        var config = KafkaSection.ReadValid(services.GetRequiredService<IConfiguration>()).ProducerConfig();

        Assert.True(config.EnableIdempotence);
        Assert.Equal(Acks.All, config.Acks);
        // Every producer begins with this configuration, or says the same by itself.
        var root = Approved.ApprovedText.Root;
        var builders = Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(f => Path.GetRelativePath(root, f) is var file && !file.StartsWith("Orchestrator.Tests", StringComparison.Ordinal) && !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
            .Select(f => (File: Path.GetRelativePath(root, f), Text: File.ReadAllText(f)))
            .Where(f => f.Text.Contains("new ProducerBuilder<", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(builders);
        Assert.All(builders, b => Assert.True(
            b.Text.Contains(".ProducerConfig())", StringComparison.Ordinal)
            || (b.Text.Contains("EnableIdempotence = true", StringComparison.Ordinal) && b.Text.Contains("Acks = Acks.All", StringComparison.Ordinal)),
            b.File));
    }

    static ServiceProvider Services(params string[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(s => s.Split('=', 2)).Select(s => KeyValuePair.Create(s[0], (string?)s[1])).Append(new("ORCHESTRATOR_KAFKA", "localhost:1"))).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddOrchestratorMessaging(configuration);
        return services.BuildServiceProvider();
    }
}
