using System.Runtime.CompilerServices;
using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Tail;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Cli.Ledger;

/// <summary>The events of one account as the topic ledger-events has them: its partition alone, up to what was the end when reading began.</summary>
/// <param name="kafka">The brokers.</param>
/// <param name="topic">The topic's name there.</param>
/// <param name="formats">Reads what is not JSON; null where all is.</param>
public sealed class TopicEvents(ClientConfig kafka, string topic, LaneMessageReader? formats = null)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    static readonly MessageContract Contract = MessageCatalog.Contracts.Of(typeof(LedgerEventRecorded));

    /// <summary>The account's events after a version, oldest first. A message may be in a topic twice; each event is given once.</summary>
    /// <param name="accountId">A customer's account.</param>
    /// <param name="afterVersion">The version after which to begin.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandException"><c>unknown_topic</c>, <c>kafka_unreachable</c>, or <c>bad_event</c>: a message of the account is none.</exception>
    public async IAsyncEnumerable<LedgerEvent> EventsAsync(
        string accountId, long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var partition = await Task.Run(() => PartitionOf(accountId), cancellationToken);
        var messages = new TopicReader(kafka, topic, formats).ReadAsync(new TailStart.Beginning(), [partition], toEnd: true, cancellationToken);
        await foreach (var message in messages)
        {
            if (!string.Equals(message.Key, accountId, StringComparison.Ordinal) || message.Body is null)
                continue;
            var e = Read(message);
            if (e.Version <= afterVersion)
                continue;
            afterVersion = e.Version;
            yield return e;
        }
    }

    int PartitionOf(string accountId)
    {
        try
        {
            return new ClusterFacts(kafka).TopicPartitions(Patience).TryGetValue(topic, out var count)
                ? KeyPartition.Of(accountId, count)
                : throw new CommandException("unknown_topic", $"There is no topic {topic} at {kafka.BootstrapServers}.");
        }
        catch (KafkaException e)
        {
            throw new CommandException("kafka_unreachable", $"{kafka.BootstrapServers}: {e.Error.Reason}", e);
        }
    }

    // The message does not say which version of the other side it made; to fold the account itself does not need it.
    static LedgerEvent Read(TailMessage message)
    {
        try
        {
            var e = (LedgerEventRecorded?)JsonSerializer.Deserialize(message.Body!, Contract.Json) ?? throw new JsonException("the body is null");
            return new LedgerEvent(
                e.AccountId, e.Version, e.Type, e.AmountMinor, e.CommandId, e.TransactionId, e.HoldId, e.ContraAccountId, null, e.EffectiveAt, e.RecordedAt,
                e.Reason, e.ReleasedMinor, e.ExpiresAt, e.CounterpartyAccountId, e.ReversesTransactionId);
        }
        catch (JsonException e)
        {
            throw new CommandException("bad_event", $"{message.Topic}[{message.Partition}]@{message.Offset}: {e.Message}", e);
        }
    }
}
