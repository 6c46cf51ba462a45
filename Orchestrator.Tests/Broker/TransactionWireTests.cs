using Orchestrator.Broker;
using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Requests;
using Orchestrator.Broker.Server;
using Orchestrator.Broker.Topics;
using Orchestrator.Broker.Transactions;
using Orchestrator.Broker.Transactions.Requests;

namespace Orchestrator.Tests.Broker;

/// <summary>The layouts of the requests of transactions in every version, to their last byte.</summary>
public sealed class TransactionWireTests : IDisposable
{
    const string Id = "orders";
    const string Group = "payments";
    const string Topic = "t";

    readonly GroupOffsets _offsets = new(null);
    readonly GroupCoordinator _groups = new(TimeProvider.System, new GroupOptions());
    readonly TopicRegistry _topics = new(new BrokerOptions());
    readonly TransactionCoordinator _transactions;
    readonly Dictionary<ApiKey, RequestHandler> _handlers;

    public TransactionWireTests()
    {
        Assert.Equal(KafkaError.None, _topics.Create(Topic, 2, new Dictionary<string, string>(StringComparer.Ordinal)));
        var node = new BrokerNode(new BrokerOptions(), "cluster", _topics, TimeProvider.System);
        var options = new TransactionOptions();
        _transactions = new TransactionCoordinator(new TransactionStore(null, options), p => _topics.Find(p.Topic, p.Number), _offsets, node.NextProducerId, TimeProvider.System, options);
        _handlers = TransactionHandler.All(node, _transactions, _groups).ToDictionary(h => h.Api);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Transaction_in_each_version_of_its_requests_is_begun_and_committed(int version)
    {
        var (error, producerId, epoch) = Init(version, -1, -1);
        Assert.Equal((KafkaError.None, 0), (error, epoch));
        Assert.Equal(KafkaError.None, Init(version, producerId, epoch) is (KafkaError.None, var same, 1) && same == producerId ? KafkaError.None : KafkaError.UnknownServerError);

        Assert.Equal([(0, KafkaError.OperationNotAttempted), (7, KafkaError.UnknownTopicOrPartition)], AddPartitions(version, producerId, 1, 0, 7));
        Assert.Equal([(0, KafkaError.None), (1, KafkaError.None)], AddPartitions(version, producerId, 1, 0, 1));
        Assert.Equal([(0, version >= 2 ? KafkaError.ProducerFenced : KafkaError.InvalidProducerEpoch)], AddPartitions(version, producerId, 0, 0));
        Assert.Equal(KafkaError.None, AddOffsets(version, producerId));
        Assert.Equal((1, KafkaError.None), CommitOffset(version, producerId, 1));
        Assert.Equal((9, KafkaError.UnknownTopicOrPartition), CommitOffset(version, producerId, 9));
        Assert.Null(_offsets.Find(Group, Topic, 1));
        Assert.Equal(KafkaError.None, End(version, producerId));
        Assert.Equal(new GroupPosition(Topic, 1, 42, "mine"), _offsets.Find(Group, Topic, 1));
    }

    [Fact]
    public void Positions_when_their_member_was_replaced_are_refused()
    {
        var (_, producerId, _) = Init(4, -1, -1);
        AddOffsets(2, producerId, epoch: 0);
        Assert.Equal((1, KafkaError.IllegalGeneration), CommitOffset(3, producerId, 1, epoch: 0, generation: 5));
    }

    [Theory]
    [InlineData(6, "t", KafkaError.None)]
    [InlineData(7, "t", KafkaError.None)]
    [InlineData(6, "held", KafkaError.None)]
    [InlineData(7, "held", KafkaError.UnstableOffsetCommit)]
    public async Task Position_when_a_transaction_holds_another_is_unstable_for_who_asks(int version, string topic, KafkaError expected)
    {
        using var wire = new GroupWire();
        wire.Offsets.Commit(Group, [new GroupPosition(topic, 1, 42, "mine")]);
        foreach (var asksForAll in (bool[])[false, true])
        {
            var (partition, offset, error) = await wire.CallAsync(ApiKey.OffsetFetch, version, w =>
            {
                w.CompactString(Group);
                if (asksForAll)
                    w.UnsignedVarInt(0);
                else
                {
                    w.CompactArray([topic], (t, name) =>
                    {
                        t.CompactString(name);
                        t.CompactArray([1], (p, number) => p.Int32(number));
                        t.NoTags();
                    });
                }
                if (version >= 7)
                    w.Boolean(true);
                w.NoTags();
            }, r =>
            {
                GroupWire.Throttle(r, isThere: true);
                var found = Assert.Single(Assert.Single(r.CompactArray(t =>
                {
                    Assert.Equal(topic, t.CompactString());
                    var positions = t.CompactArray(p =>
                    {
                        var (number, at, _, _) = (p.Int32(), p.Int64(), p.Int32(), p.CompactString());
                        var code = GroupWire.Error(p);
                        p.SkipTags();
                        return (number, at, code);
                    });
                    t.SkipTags();
                    return positions;
                })));
                Assert.Equal(KafkaError.None, GroupWire.Error(r));
                r.SkipTags();
                return found;
            });
            Assert.Equal((1, expected == KafkaError.None ? 42 : -1, expected), (partition, offset, error));
        }
    }

    (KafkaError Error, long ProducerId, short Epoch) Init(int version, long producerId, short epoch) => Call(ApiKey.InitProducerId, version, 4, (w, v) =>
    {
        if (v >= 2)
            w.CompactString(Id);
        else
            w.String(Id);
        w.Int32(60_000);
        if (v >= 3)
        {
            w.Int64(producerId);
            w.Int16(epoch);
        }
        if (v >= 2)
            w.NoTags();
    }, (r, v) =>
    {
        Assert.Equal(0, r.Int32());
        var granted = ((KafkaError)r.Int16(), r.Int64(), r.Int16());
        if (v >= 2)
            r.SkipTags();
        return granted;
    });

    List<(int, KafkaError)> AddPartitions(int version, long producerId, short epoch, params int[] partitions) => Call(ApiKey.AddPartitionsToTxn, version, 2, (w, _) =>
    {
        Producer(w, producerId, epoch);
        w.Array([Topic], (t, name) =>
        {
            t.String(name);
            t.Array(partitions, (p, number) => p.Int32(number));
        });
    }, (r, _) =>
    {
        Assert.Equal(0, r.Int32());
        return Assert.Single(r.Array(t => (t.String(), t.Array(p => (p.Int32(), (KafkaError)p.Int16()))))).Item2;
    });

    KafkaError AddOffsets(int version, long producerId, short epoch = 1) => Call(ApiKey.AddOffsetsToTxn, version, 2, (w, _) =>
    {
        Producer(w, producerId, epoch);
        w.String(Group);
    }, (r, _) => r.Int32() == 0 ? (KafkaError)r.Int16() : KafkaError.UnknownServerError);

    KafkaError End(int version, long producerId) => Call(ApiKey.EndTxn, version, 2, (w, _) =>
    {
        Producer(w, producerId, 1);
        w.Boolean(true);
    }, (r, _) => r.Int32() == 0 ? (KafkaError)r.Int16() : KafkaError.UnknownServerError);

    (int, KafkaError) CommitOffset(int version, long producerId, int partition, short epoch = 1, int generation = -1) => Call(ApiKey.TxnOffsetCommit, version, 3, (w, v) =>
    {
        Action<string> text = v >= 3 ? w.CompactString : w.String;
        text(Id);
        text(Group);
        w.Int64(producerId);
        w.Int16(epoch);
        if (v >= 3)
        {
            w.Int32(generation);
            w.CompactString("");
            w.UnsignedVarInt(0); // no instance id
            w.UnsignedVarInt(2);
        }
        else
        {
            w.Int32(1);
        }
        text(Topic);
        if (v >= 3)
            w.UnsignedVarInt(2);
        else
            w.Int32(1);
        w.Int32(partition);
        w.Int64(42);
        if (v >= 2)
            w.Int32(-1);
        text("mine");
        for (var tags = 0; v >= 3 && tags < 3; tags++)
            w.NoTags();
    }, (r, v) =>
    {
        Assert.Equal(0, r.Int32());
        Assert.Equal(v >= 3 ? 2 : 1, v >= 3 ? (int)r.UnsignedVarInt() : r.Int32());
        Assert.Equal(Topic, v >= 3 ? r.CompactString() : r.String());
        Assert.Equal(v >= 3 ? 2 : 1, v >= 3 ? (int)r.UnsignedVarInt() : r.Int32());
        var outcome = (r.Int32(), (KafkaError)r.Int16());
        for (var tags = 0; v >= 3 && tags < 3; tags++)
            r.SkipTags();
        return outcome;
    });

    static void Producer(KafkaWriter to, long producerId, short epoch)
    {
        to.String(Id);
        to.Int64(producerId);
        to.Int16(epoch);
    }

    T Call<T>(ApiKey api, int version, int most, Action<KafkaWriter, int> write, Func<KafkaReader, int, T> read)
    {
        var used = Math.Min(version, most);
        using var body = new KafkaWriter();
        write(body, used);
        using var answer = new KafkaWriter();
        var request = new KafkaReader(body.Written);
        Assert.True(_handlers[api].Max == most && _handlers[api].Handle(new RequestContext(api, (short)used, 1, "client", "/127.0.0.1"), request, answer, default));
        Assert.Equal(0, request.Remaining);
        var reader = new KafkaReader(answer.Written.ToArray());
        var result = read(reader, used);
        Assert.Equal(0, reader.Remaining);
        return result;
    }

    public void Dispose()
    {
        _transactions.Dispose();
        _groups.Dispose();
        _offsets.Dispose();
        _topics.Dispose();
    }
}
