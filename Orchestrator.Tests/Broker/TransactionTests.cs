using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Broker;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>Kafka's transactions over the wire, with the client that services have. One broker for all, whose clock stands still.</summary>
public sealed class TransactionTests(TransactionTests.SharedBroker shared) : IClassFixture<TransactionTests.SharedBroker>
{
    readonly KafkaBroker _broker = shared.Broker;

    [Fact]
    public void Transaction_when_it_is_committed_is_seen_whole_over_topics_and_positions()
    {
        var (first, second) = (Topic("first"), Topic("second"));
        using var producer = _broker.Producer("committing");
        producer.BeginTransaction();
        producer.Write(first, "a", "b");
        producer.Write(second, "c");
        using var consumer = _broker.Consumer("movers");
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(first, 0, 2)], consumer.ConsumerGroupMetadata, TransactionClients.Bound);
        Assert.Equal(("", 0), _broker.Read(first));
        Assert.Equal(("a b", 2), _broker.Read(first, IsolationLevel.ReadUncommitted));
        producer.CommitTransaction(TransactionClients.Bound);

        Assert.Equal(("a b", 3), _broker.Read(first));
        Assert.Equal(("c", 2), _broker.Read(second));
        Assert.Equal(2, _broker.Position("movers", first));
    }

    [Fact]
    public void Transaction_when_it_is_aborted_is_never_seen_by_who_reads_what_is_committed()
    {
        var topic = Topic("aborted");
        using var producer = _broker.Producer("aborting");
        using var consumer = _broker.Consumer("nowhere");
        Transact(producer, topic, isCommit: true, "1");
        producer.BeginTransaction();
        producer.Write(topic, "x", "y");
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(topic, 0, 2)], consumer.ConsumerGroupMetadata, TransactionClients.Bound);
        producer.AbortTransaction(TransactionClients.Bound);
        Transact(producer, topic, isCommit: true, "2");
        Transact(producer, topic, isCommit: false, "z");

        Assert.Equal(("1 2", 9), _broker.Read(topic));
        Assert.Equal(("1 x y 2 z", 9), _broker.Read(topic, IsolationLevel.ReadUncommitted));
        Assert.Equal(-1, _broker.Position("nowhere", topic));
    }

    [Fact]
    public void Transaction_when_it_is_open_holds_back_what_is_behind_it()
    {
        var topic = Topic("open");
        using var plain = _broker.PlainProducer();
        using var open = _broker.Producer("opening");
        using var other = _broker.Producer("overtaking");
        plain.Write(topic, "before");
        open.BeginTransaction();
        open.Write(topic, "open");
        plain.Write(topic, "plain");
        Transact(other, topic, isCommit: true, "other");

        Assert.Equal(("before", 1), _broker.Read(topic));
        Assert.Equal("before open plain other", _broker.Read(topic, IsolationLevel.ReadUncommitted).Values);
        using (var consumer = _broker.Consumer("ends"))
            Assert.Equal(1, consumer.QueryWatermarkOffsets(new TopicPartition(topic, 0), TransactionClients.Bound).High.Value);
        open.CommitTransaction(TransactionClients.Bound);
        Assert.Equal("before open plain other", _broker.Read(topic).Values);
    }

    [Fact]
    public void Producer_when_another_comes_with_its_id_is_fenced_and_its_transaction_aborted()
    {
        var topic = Topic("fenced");
        using var former = _broker.Producer("fencing");
        former.BeginTransaction();
        former.Write(topic, "former");
        using var next = _broker.Producer("fencing");
        Transact(next, topic, isCommit: true, "next");

        var refused = Assert.Throws<KafkaException>(() => former.CommitTransaction(TransactionClients.Bound));
        Assert.Equal((ErrorCode.Local_Fenced, true), (refused.Error.Code, refused.Error.IsFatal));
        Assert.Equal("next", _broker.Read(topic).Values);
    }

    [Fact]
    public async Task Transaction_when_its_time_is_up_is_aborted_by_the_brokers_clock()
    {
        var topic = Topic("late");
        using var producer = _broker.Producer("late", TimeSpan.FromSeconds(60));
        producer.BeginTransaction();
        producer.Write(topic, "late");
        shared.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, _broker.Read(topic).End);
        shared.Time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.HoldsAsync("it is aborted", () => _broker.Read(topic) is ("", 2));
        Assert.Throws<KafkaException>(() => producer.CommitTransaction(TransactionClients.Bound));
        Assert.Empty(_broker.Read(topic).Values);
    }

    [Fact]
    public void Timeout_when_it_is_longer_than_may_be_is_refused() =>
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, Assert.Throws<KafkaException>(() => _broker.Producer("patient", TimeSpan.FromMinutes(16)).Dispose()).Error.Code);

    string Topic(string name)
    {
        Assert.True(_broker.CreateTopic(name, 1));
        return name;
    }

    static void Transact(IProducer<Null, string> producer, string topic, bool isCommit, params string[] values)
    {
        producer.BeginTransaction();
        producer.Write(topic, values);
        if (isCommit)
            producer.CommitTransaction(TransactionClients.Bound);
        else
            producer.AbortTransaction(TransactionClients.Bound);
    }

    public sealed class SharedBroker : IAsyncDisposable
    {
        public SharedBroker() => Broker = KafkaBroker.Start(new BrokerOptions(), Time);

        public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(50));

        public KafkaBroker Broker { get; }

        public ValueTask DisposeAsync() => Broker.DisposeAsync();
    }
}
