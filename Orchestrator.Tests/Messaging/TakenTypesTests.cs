using System.Text;
using Confluent.Kafka;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Tests.Messaging;

/// <summary>Whose a message is, told by its type alone.</summary>
public sealed class TakenTypesTests
{
    const string Topic = "transactions";
    const string Submitted = "orchestrator.transaction.submitted.v1";
    const string Cancelled = "orchestrator.transaction.cancelled.v1";

    [Theory]
    [InlineData(Submitted, false, false)]
    [InlineData(Cancelled, true, true)]
    [InlineData("orchestrator.transaction.submitted.v9", false, false)]
    [InlineData("orchestrator.transaction.cancelled.v9", true, true)]
    [InlineData("orchestrator.alert.raised.v1", true, true)]
    [InlineData("com.example.unheard-of", false, true)]
    [InlineData("with\0zero", false, true)]
    [InlineData("", false, true)]
    [InlineData(null, false, true)]
    public void Message_when_it_names_a_type_is_passed_over_by_those_that_do_not_take_it(string? type, bool byKeeper, bool byOther)
    {
        var keeper = new TakenTypes(MessageCatalog.Contracts, [typeof(TransactionSubmitted)], [Topic]);
        var other = new TakenTypes(MessageCatalog.Contracts, [typeof(TransactionSubmitted)], []);

        // The second time it is remembered.
        for (var times = 0; times < 2; times++)
            Assert.Equal((byKeeper, byOther), (keeper.IsPassedOver(Message(type)), other.IsPassedOver(Message(type))));
    }

    [Fact]
    public void Message_when_the_group_says_nothing_is_looked_at()
    {
        var all = new TakenTypes(MessageCatalog.Contracts, takes: null, keeperOf: null);
        var every = new TakenTypes(MessageCatalog.Contracts, takes: null, keeperOf: []);
        var unsaid = new TakenTypes(MessageCatalog.Contracts, [typeof(TransactionSubmitted)], keeperOf: null);

        Assert.All([Submitted, Cancelled, "com.example.unheard-of", null], type => Assert.False(all.IsPassedOver(Message(type))));
        Assert.Equal([false, false, true], new[] { Submitted, Cancelled, null }.Select(type => every.IsPassedOver(Message(type))));
        Assert.Equal([false, true, false], new[] { Submitted, Cancelled, null }.Select(type => unsaid.IsPassedOver(Message(type))));
    }

    [Fact]
    public void Message_when_it_is_of_an_older_version_is_whose_the_newest_is()
    {
        var contract = ContractCatalog.All.Single(c => c.Type == typeof(LedgerEventRecorded));
        var catalog = new MessageCatalog([contract with { Name = "orchestrator.ledger.event-recorded.v2" }], upcasters: [new Former()]);

        Assert.False(new TakenTypes(catalog, [typeof(LedgerEventRecorded)], []).IsPassedOver(Message(Former.Name)));
        Assert.True(new TakenTypes(catalog, [typeof(TransactionSubmitted)], [Topic]).IsPassedOver(Message(Former.Name)));
    }

    [Fact]
    public void Message_when_it_has_several_types_is_of_the_last()
    {
        var taken = new TakenTypes(MessageCatalog.Contracts, [typeof(TransactionSubmitted)], []);

        Assert.False(taken.IsPassedOver(Message(Cancelled, Submitted)));
        Assert.True(taken.IsPassedOver(Message(Submitted, Cancelled)));
        Assert.True(taken.IsPassedOver(new ConsumeResult<byte[], byte[]> { Topic = Topic, Message = new Message<byte[], byte[]>() }));
    }

    static ConsumeResult<byte[], byte[]> Message(params string?[] types)
    {
        var headers = new Headers { { CloudEventHeaders.Id, "1"u8.ToArray() } };
        foreach (var type in types)
        {
            if (type is not null)
                headers.Add(CloudEventHeaders.Type, Encoding.UTF8.GetBytes(type));
        }
        return new ConsumeResult<byte[], byte[]> { Topic = Topic, Message = new Message<byte[], byte[]> { Headers = headers } };
    }

    sealed class Former : IUpcaster
    {
        public const string Name = "orchestrator.ledger.event-recorded.v1";

        public string From => Name;

        public System.Text.Json.Nodes.JsonObject Upcast(System.Text.Json.Nodes.JsonObject body) => body;
    }
}
