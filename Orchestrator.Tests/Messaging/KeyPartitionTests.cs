using System.Collections.Concurrent;
using Orchestrator.Cli.Publishing;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Messaging;

public sealed class KeyPartitionTests
{
    [Fact]
    public async Task Partition_of_a_key_is_where_a_client_puts_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var kafka = TestInfrastructure.StartEmbeddedKafka(new EmbeddedBrokerOptions());
        await using var publisher = new TransactionPublisher(kafka.ClientConfig, TimeProvider.System);
        var placed = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        for (var n = 0; n < 64; n++)
        {
            var account = string.Concat(Enumerable.Repeat($"{n:x}é", 1 + (n % 7))) + new string('x', n % 4);
            await publisher.PublishAsync(Commands.Open(account), Commands.Id(n), cancellation, partition => placed[account] = partition);
        }
        await publisher.FlushAsync(cancellation);

        Assert.Equal(64, placed.Count);
        Assert.All(placed, p => Assert.Equal(p.Value, KeyPartition.Of(p.Key, Topics.DefaultPartitions)));
    }
}
