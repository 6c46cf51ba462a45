using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Messaging;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Deploy;

/// <summary>A database that was restored to an earlier time than Kafka: it is noticed, and once somebody has said so, what lanes published meanwhile is passed over.</summary>
public sealed class OlderDatabaseTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Database_when_it_is_older_than_kafka_is_refused_and_then_takes_again_what_others_published()
    {
        await using var fixture = await CreateAsync(infrastructure, embedded: true);
        var to = TimeProvider.System.GetUtcNow();
        var host = await fixture.StartServiceAsync();
        Send(fixture, "/test", 1);
        Send(fixture, "/orchestrator/recorder/0", 2);
        await fixture.TakenAsync(2);
        var partitions = Enumerable.Range(0, Partitions).Select(p => new TopicPartition(Topics.Transactions, p)).ToList();
        var facts = host.Services.GetRequiredService<ClusterFacts>();
        await Eventually.HoldsAsync("positions are committed to Kafka", () => facts.ReadCommitted("recorder", partitions, Eventually.Bound).Values.Sum() == 2);
        await fixture.StopServiceAsync(host);
        await fixture.ExecuteAsync("update messaging.lane set positions = '{\"transactions\": 0}' where positions <> '{}'; delete from effect; delete from messaging.inbox");

        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => fixture.StartServiceAsync());
        Assert.Contains("recorder had come to 2 in transactions[", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Messaging:RestoredTo", refused.Message, StringComparison.Ordinal);

        var at = TimeProvider.System.GetUtcNow();
        await Eventually.HoldsAsync("time goes on", () => TimeProvider.System.GetUtcNow() > at.AddMilliseconds(2));
        await fixture.StartServiceAsync(
            ("Messaging:RestoredTo", to.ToString("O", CultureInfo.InvariantCulture)), ("Messaging:RestoredAt", at.ToString("O", CultureInfo.InvariantCulture)));
        Send(fixture, "/orchestrator/recorder/0", 3);
        await fixture.TakenAsync(2);
        Assert.Equal([Id(1), Id(3)], await fixture.EffectsAsync("a"));
    }

    [Theory]
    [InlineData("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z")]
    [InlineData("2026-01-02T00:00:00Z", null)]
    [InlineData(null, "2026-01-01T00:00:00Z")]
    public async Task Restore_when_it_is_told_by_half_or_the_wrong_way_round_is_refused(string? to, string? at)
    {
        var services = new ServiceCollection();
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Messaging:RestoredTo"] = to, ["Messaging:RestoredAt"] = at };
        Orchestrator.Messaging.MessagingModule.AddOrchestratorMessaging(services, new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        await using var provider = services.BuildServiceProvider();

        var refused = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(
            () => provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<Orchestrator.Messaging.Configuration.MessagingOptions>>().Value);
        Assert.Contains("Messaging:RestoredAt", refused.Message, StringComparison.Ordinal);
    }

    static void Send(LaneFixture fixture, string source, int number)
    {
        var message = OutgoingMessage.Of(
            MessageCatalog.Contracts.Of(typeof(TransactionSubmitted)), Transaction(Id(number), "a"), Id(number), source, DateTimeOffset.UnixEpoch.AddYears(50));
        fixture.Producer.Produce(Topics.Transactions, KafkaWire.ToKafka(message));
        fixture.Producer.Flush(Eventually.Bound);
    }
}
