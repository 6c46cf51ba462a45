using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Broker;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>Kafka's transactions over the wire, with the client that services have. One broker for all that need no clock or restart of their own.</summary>
public sealed class TransactionTests(TransactionTests.SharedBroker shared) : IClassFixture<TransactionTests.SharedBroker>
{
    readonly KafkaBroker _broker = shared.Broker;

    [Fact]
    public void Transaction_when_it_is_committed_is_seen_whole_over_topics_and_positions()
    {
        var (first, second) = (Topic("first"), Topic("second"));
        var producer = shared.Writer;
        producer.BeginTransaction();
        producer.Write(first, "a", "b");
        producer.Write(second, "c");
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(first, 0, 2)], shared.Committed.ConsumerGroupMetadata, TransactionClients.Bound);
        Assert.Equal(("", 0), shared.Committed.Read(first));
        Assert.Equal(("a b", 2), shared.Uncommitted.Read(first));
        producer.CommitTransaction(TransactionClients.Bound);

        Assert.Equal(("a b", 3), shared.Committed.Read(first));
        Assert.Equal(("c", 2), shared.Committed.Read(second));
        Assert.Equal(2, shared.Committed.Position(first));
    }

    [Fact]
    public void Transaction_when_it_is_aborted_is_never_seen_by_who_reads_what_is_committed()
    {
        var topic = Topic("aborted");
        var producer = shared.Writer;
        Transact(producer, topic, isCommit: true, "1");
        producer.BeginTransaction();
        producer.Write(topic, "x", "y");
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(topic, 0, 2)], shared.Committed.ConsumerGroupMetadata, TransactionClients.Bound);
        producer.AbortTransaction(TransactionClients.Bound);
        Transact(producer, topic, isCommit: true, "2");
        Transact(producer, topic, isCommit: false, "z");

        Assert.Equal(("1 2", 9), shared.Committed.Read(topic));
        Assert.Equal(("1 x y 2 z", 9), shared.Uncommitted.Read(topic));
        Assert.Equal(-1, shared.Committed.Position(topic));
    }

    [Fact]
    public void Transaction_when_it_is_open_holds_back_what_is_behind_it()
    {
        var topic = Topic("open");
        using var plain = _broker.PlainProducer();
        var open = shared.Writer;
        using var other = _broker.Producer("overtaking");
        plain.Write(topic, "before");
        open.BeginTransaction();
        open.Write(topic, "open");
        plain.Write(topic, "plain");
        Transact(other, topic, isCommit: true, "other");

        Assert.Equal(("before", 1), shared.Committed.Read(topic));
        Assert.Equal("before open plain other", shared.Uncommitted.Read(topic).Values);
        Assert.Equal(1, shared.Committed.QueryWatermarkOffsets(new TopicPartition(topic, 0), TransactionClients.Bound).High.Value);
        open.CommitTransaction(TransactionClients.Bound);
        Assert.Equal("before open plain other", shared.Committed.Read(topic).Values);
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
        Assert.Equal("next", shared.Committed.Read(topic).Values);
    }

    [Fact]
    public async Task Transaction_when_its_time_is_up_is_aborted_by_the_brokers_clock()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var broker = KafkaBroker.Start(new BrokerOptions(), time);
        broker.CreateTopic("late", 1);
        using var producer = broker.Producer("late", TimeSpan.FromSeconds(60));
        using var reader = broker.Consumer("late");
        producer.BeginTransaction();
        producer.Write("late", "late");
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(("", 0), reader.Read("late"));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(("", 2), reader.Read("late"));
        Assert.Throws<KafkaException>(() => producer.CommitTransaction(TransactionClients.Bound));
        Assert.Equal(("", 2), reader.Read("late"));
    }

    [Fact]
    public async Task Transaction_when_the_broker_is_started_again_within_it_goes_on()
    {
        var directory = await ScratchDirectory.CreateAsync(Path.GetRandomFileName());
        var broker = KafkaBroker.Start(new BrokerOptions { Directory = directory }, TimeProvider.System);
        try
        {
            broker.CreateTopic("kept", 1);
            using var producer = broker.Producer("keeping");
            Transact(producer, "kept", isCommit: false, "x");
            producer.BeginTransaction();
            producer.Write("kept", "1");
            var port = int.Parse(broker.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture);
            await broker.DisposeAsync();
            broker = KafkaBroker.Start(new BrokerOptions { Directory = directory, Port = port }, TimeProvider.System);
            using var reader = broker.Consumer("keepers");
            Assert.Equal(("", 2), reader.Read("kept"));
            producer.Write("kept", "2");
            producer.CommitTransaction(TransactionClients.Bound);
            Assert.Equal(("1 2", 5), reader.Read("kept"));
        }
        finally
        {
            await broker.DisposeAsync();
            ScratchDirectory.Delete(directory);
        }
    }

    [Fact]
    public void Loop_when_it_is_stopped_anywhere_and_started_again_answers_each_once()
    {
        var (input, output) = (Topic("asked"), Topic("answered"));
        using (var plain = _broker.PlainProducer())
            plain.Write(input, [.. Enumerable.Range(0, 12).Select(n => $"{n}")]);
        Answer(input, output, (3, true), (3, null));
        Answer(input, output, (2, true), (3, false));
        Answer(input, output, (3, true), (4, true));

        Assert.Equal("0 1 2 3 4 5 6 7 8 9 10 11", shared.Committed.Read(output).Values);
        Assert.Equal("0 1 2 3 4 5 3 4 5 6 7 5 6 7 8 9 10 11", shared.Uncommitted.Read(output).Values);
    }

    // One process of a service: from its group's position on, so many in each transaction, which it commits, aborts or leaves.
    void Answer(string input, string output, params (int Count, bool? IsCommit)[] transactions)
    {
        using var producer = _broker.Producer("answering");
        using var consumer = _broker.Consumer("answering");
        consumer.Subscribe(input);
        foreach (var (count, isCommit) in transactions)
        {
            producer.BeginTransaction();
            for (var n = 0; n < count; n++)
                producer.Produce(new TopicPartition(output, 0), new() { Value = (consumer.Consume(TransactionClients.Bound) ?? throw new TimeoutException("nothing came")).Message.Value });
            Assert.Equal(0, producer.Flush(TransactionClients.Bound));
            producer.SendOffsetsToTransaction([.. consumer.Assignment.Select(p => new TopicPartitionOffset(p, consumer.Position(p)))], consumer.ConsumerGroupMetadata, TransactionClients.Bound);
            if (isCommit == true)
                producer.CommitTransaction(TransactionClients.Bound);
            else if (isCommit == false)
                producer.AbortTransaction(TransactionClients.Bound);
        }
        consumer.Close();
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
        IProducer<Null, string>? _writer;
        IConsumer<Null, string>? _committed;
        IConsumer<Null, string>? _uncommitted;

        public KafkaBroker Broker { get; } = KafkaBroker.Start(new BrokerOptions(), TimeProvider.System);

        public IProducer<Null, string> Writer => _writer ??= Broker.Producer("writing");

        public IConsumer<Null, string> Committed => _committed ??= Broker.Consumer("committed");

        public IConsumer<Null, string> Uncommitted => _uncommitted ??= Broker.Consumer("uncommitted", IsolationLevel.ReadUncommitted);

        public ValueTask DisposeAsync()
        {
            _writer?.Dispose();
            _committed?.Dispose();
            _uncommitted?.Dispose();
            return Broker.DisposeAsync();
        }
    }
}
