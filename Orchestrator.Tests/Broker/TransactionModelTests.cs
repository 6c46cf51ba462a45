using CsCheck;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Transactions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>Interleaved transactions against a model of what a reader of what is committed sees.</summary>
public sealed class TransactionModelTests : IAsyncLifetime
{
    const int Partitions = 2;
    const int Producers = 3;
    const int LookEvery = 5;
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(20);

    string _directory = "";

    public async ValueTask InitializeAsync() => _directory = await ScratchDirectory.CreateAsync(Path.GetRandomFileName());

    public ValueTask DisposeAsync()
    {
        ScratchDirectory.Delete(_directory);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Readers_when_transactions_are_interleaved_see_what_is_committed_before_the_first_open_one()
    {
        var runs = 0;
        Gen.Select(Gen.Frequency((8, Gen.Const(Deed.Write)), (4, Gen.Const(Deed.WritePlainly)), (3, Gen.Const(Deed.Commit)), (3, Gen.Const(Deed.Abort)), (2, Gen.Const(Deed.Position)),
                (1, Gen.Const(Deed.ComeAgain)), (1, Gen.Const(Deed.Wait)), (1, Gen.Const(Deed.Restart)), (1, Gen.Const(Deed.DeleteBefore))),
            Gen.Int[0, Producers - 1], Gen.Int[0, Partitions - 1]).Array[1, 30].Sample(
            deeds =>
            {
                var directory = Path.Combine(_directory, $"{Interlocked.Increment(ref runs)}");
                using var rig = new TransactionRig(directory, Partitions);
                var model = new Model(rig);
                for (var n = 0; n < deeds.Length; n++)
                {
                    var (deed, producer, partition) = deeds[n];
                    model.Do(deed, producer, partition);
                    if (n % LookEvery == 0)
                        model.Check();
                }
                rig.Restart();
                model.Check();
            }, iter: 200, threads: 1);
    }

    enum Deed
    {
        Write,
        WritePlainly,
        Commit,
        Abort,
        Position,
        ComeAgain,
        Wait,
        Restart,
        DeleteBefore,
    }

    enum Fate
    {
        Open,
        Committed,
        Aborted,
    }

    sealed class Model(TransactionRig rig)
    {
        readonly Producer[] _producers = [.. Enumerable.Range(0, Producers).Select(n => new Producer(rig.Take($"p{n}")))];
        readonly List<(long Offset, int Value, Open? Of)>[] _written = [.. Enumerable.Range(0, Partitions).Select(_ => new List<(long Offset, int Value, Open? Of)>())];
        long? _position;
        int _values;

        public void Do(Deed deed, int number, int partition)
        {
            var producer = _producers[number];
            switch (deed)
            {
                case Deed.Write when producer.Open is not null || !producer.IsFenced:
                    Assert.Equal(KafkaError.None, rig.Begin(producer.Who, partition));
                    producer.Open ??= new Open();
                    Assert.Equal(KafkaError.None, rig.Append(partition, ++_values, out var offset, producer.Who, producer.Sequences[partition]++));
                    _written[partition].Add((offset, _values, producer.Open));
                    break;
                case Deed.WritePlainly:
                    Assert.Equal(KafkaError.None, rig.Append(partition, ++_values, out var plain));
                    _written[partition].Add((plain, _values, null));
                    break;
                case Deed.Commit or Deed.Abort:
                    End(producer, deed == Deed.Commit);
                    break;
                case Deed.Position when !producer.IsFenced:
                    producer.Open ??= new Open();
                    producer.Open.Position = ++_values;
                    Assert.Equal(KafkaError.None, rig.Position(producer.Who, _values));
                    break;
                case Deed.ComeAgain:
                    ComeAgain(producer);
                    break;
                case Deed.Wait:
                    Wait();
                    break;
                case Deed.Restart:
                    rig.Restart();
                    break;
                case Deed.DeleteBefore:
                    var log = rig.Logs[partition];
                    var before = (log.StartOffset + log.StableOffset) / 2;
                    Assert.Equal(KafkaError.None, log.DeleteBefore(before));
                    _written[partition].RemoveAll(w => w.Offset < before);
                    break;
            }
        }

        void End(Producer producer, bool isCommit)
        {
            if (producer.Open is not { } open)
            {
                Assert.NotEqual(KafkaError.None, rig.Coordinator.End(producer.Who with { Epoch = -1 }, isCommit));
                return;
            }
            Assert.Equal(KafkaError.None, rig.Coordinator.End(producer.Who, isCommit));
            open.Fate = isCommit ? Fate.Committed : Fate.Aborted;
            if (isCommit)
                _position = open.Position ?? _position;
            producer.Open = null;
        }

        // Another process with the same id: what the former one has open is aborted, and it is refused from then on.
        void ComeAgain(Producer producer)
        {
            var former = producer.Who;
            producer.Who = rig.Take(former.TransactionalId);
            Assert.Equal(KafkaError.ProducerFenced, rig.Begin(former, 0));
            Assert.NotEqual(KafkaError.None, rig.Append(0, 0, out _, former, producer.Sequences[0]));
            producer.Sequences = new int[Partitions];
            producer.IsFenced = false;
            producer.Abort();
        }

        void Wait()
        {
            rig.Time.Advance(Tick);
            foreach (var producer in _producers.Where(p => p.Open is not null && (p.Open.Age += Tick) >= TransactionRig.Timeout))
            {
                producer.Abort();
                producer.IsFenced = true;
                Assert.Equal(KafkaError.ProducerFenced, rig.Begin(producer.Who, 0));
            }
        }

        public void Check()
        {
            for (var partition = 0; partition < Partitions; partition++)
            {
                var expected = _written[partition].TakeWhile(w => w.Of?.Fate != Fate.Open).Where(w => w.Of?.Fate != Fate.Aborted).Select(w => w.Value).ToList();
                Assert.Equal(expected, rig.Read(partition));
                Assert.Equal(expected, rig.Read(partition, bytes: 200));
            }
            Assert.Equal(_position, rig.Position());
            Assert.Equal(_producers.Any(p => p.Open?.Position is not null), rig.Coordinator.HoldsPosition(TransactionRig.Group, TransactionRig.Topic, 0));
        }
    }

    sealed class Producer(TransactionalProducer who)
    {
        public TransactionalProducer Who { get; set; } = who;

        public Open? Open { get; set; }

        public int[] Sequences { get; set; } = new int[Partitions];

        public bool IsFenced { get; set; }

        public void Abort()
        {
            if (Open is not null)
                Open.Fate = Fate.Aborted;
            Open = null;
        }
    }

    sealed class Open
    {
        public Fate Fate { get; set; }

        public long? Position { get; set; }

        public TimeSpan Age { get; set; }
    }
}
