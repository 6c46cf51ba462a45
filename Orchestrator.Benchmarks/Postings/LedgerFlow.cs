using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Transfers;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Postings;

/// <summary>Transfers that the ledger is asked for directly, between accounts picked at random from a fixed seed.</summary>
/// <param name="accounts">The accounts.</param>
/// <param name="hotShare">The share of transfers that pay one and the same account, 0 to 1.</param>
sealed class LedgerFlow(TransferAccounts accounts, double hotShare = 0) : IFlow
{
    static readonly MessageContract Asked = MessageCatalog.Contracts.Of(typeof(Transfer));
    static readonly string Posted = MessageCatalog.Contracts.Of(typeof(TransferPosted)).Name;
    static readonly string Refused = MessageCatalog.Contracts.Of(typeof(TransferRefused)).Name;

    readonly Random _random = new(2);

    public string EndsTopic => Topics.LedgerReplies;

    public OutgoingMessage Submit(long sequence, int partition, DateTimeOffset now)
    {
        var sources = accounts.In(partition);
        var hot = accounts.All[0];
        string source, destination;
        do
        {
            source = sources[_random.Next(sources.Count)];
            destination = _random.NextDouble() < hotShare ? hot : accounts.All[_random.Next(accounts.All.Count)];
        }
        while (destination == source);
        var id = SequencedId.Of(sequence, 0, now);
        return OutgoingMessage.Of(
            Asked, new Transfer(id, id, source, destination, _random.Next(1, 100_00), TransferFlow.Currency, source, now), id, "/bench", now);
    }

    public TransactionEnd? ReadEnd(Message<byte[], byte[]> message)
    {
        var type = KafkaWire.Text(message.Headers, CloudEventHeaders.Type)!;
        var posted = type == Posted;
        if (!posted && type != Refused)
            return null;
        var reader = new Utf8JsonReader(message.Value);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("commandId"u8) && reader.Read())
                return new TransactionEnd(SequencedId.SequenceOf(reader.GetGuid()), posted);
        }
        return null;
    }
}
