using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Transfers;

/// <summary>Transfers of ordinary amounts between accounts picked at random, from a fixed seed.</summary>
sealed class TransferFlow(TransferAccounts accounts, int seed = 1) : IFlow
{
    public const string Currency = "EUR";

    // So close together that no history makes one look unusual: every transfer is to be approved.
    const int MinAmountMinor = 50_00;
    const int MaxAmountMinor = 100_00;

    static readonly MessageContract Submitted = MessageCatalog.Contracts.Of(typeof(TransactionSubmitted));
    static readonly string Completed = MessageCatalog.Contracts.Of(typeof(TransactionCompleted)).Name;
    // One that waits for a person has come to its end here.
    static readonly HashSet<string> OtherEnds = new(
        new[] { typeof(TransactionDeclined), typeof(TransactionCompensated), typeof(TransactionVoided), typeof(TransactionHeld) }.Select(t => MessageCatalog.Contracts.Of(t).Name),
        StringComparer.Ordinal);

    readonly Random _random = new(seed);

    public string EndsTopic => Topics.SagaEvents;

    public OutgoingMessage Submit(long sequence, int partition, DateTimeOffset now)
    {
        var sources = accounts.In(partition);
        var source = sources[_random.Next(sources.Count)];
        string destination;
        do
        {
            destination = accounts.All[_random.Next(accounts.All.Count)];
        }
        while (destination == source);
        var id = SequencedId.Of(sequence, 0, now);
        var transfer = new TransactionSubmitted(
            id, source, destination, _random.Next(MinAmountMinor, MaxAmountMinor + 1), Currency, TransactionKind.Transfer, now,
            Channel: "web", DeviceId: "device-1", IpAddress: "192.0.2.1");
        return OutgoingMessage.Of(Submitted, transfer, id, "/bench", now);
    }

    public TransactionEnd? ReadEnd(Message<byte[], byte[]> message)
    {
        var type = KafkaWire.Text(message.Headers, CloudEventHeaders.Type)!;
        var completed = type == Completed;
        if (!completed && !OtherEnds.Contains(type))
            return null;
        var reader = new Utf8JsonReader(message.Value);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("transactionId"u8) && reader.Read())
                return new TransactionEnd(SequencedId.SequenceOf(reader.GetGuid()), completed);
        }
        return null;
    }
}
