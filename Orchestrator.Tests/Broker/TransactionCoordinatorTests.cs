using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Records;
using Orchestrator.Broker.Transactions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>What the coordinator refuses, and how it goes on after the process was killed anywhere.</summary>
public sealed class TransactionCoordinatorTests : IAsyncLifetime
{
    string _directory = "";

    public async ValueTask InitializeAsync() => _directory = await ScratchDirectory.CreateAsync(Path.GetRandomFileName());

    public ValueTask DisposeAsync()
    {
        ScratchDirectory.Delete(_directory);
        return ValueTask.CompletedTask;
    }

    // The coordinator looks at each of two partitions to mark it, and then at the one of the position.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Commit_when_the_broker_is_killed_after_it_was_prepared_is_completed_at_the_next_start(int looks)
    {
        using var rig = new TransactionRig(_directory);
        var who = Written(rig);
        rig.EndUntilKilled(who, isCommit: true, looks);

        AssertCommittedOnce(rig);
        Assert.Equal(KafkaError.None, rig.Coordinator.End(who, isCommit: true));
        Assert.Equal(KafkaError.None, rig.Begin(who, 0));
    }

    [Fact]
    public void Commit_when_the_broker_is_killed_before_it_is_noted_as_completed_is_done_once()
    {
        using var rig = new TransactionRig(_directory);
        var who = Written(rig);
        var open = rig.JournalBytes;
        rig.Commit(who);
        // What was prepared is as long as what was open, by which it is told what a state takes.
        rig.RestartWithJournalOf(open + PreparedBytes(rig, open));

        AssertCommittedOnce(rig);
    }

    [Fact]
    public void Abort_when_the_broker_is_killed_after_some_markers_is_completed_at_the_next_start()
    {
        using var rig = new TransactionRig(_directory);
        var who = Written(rig);
        rig.EndUntilKilled(who, isCommit: false, looks: 1);

        Assert.Empty(rig.Read(0));
        Assert.Empty(rig.Read(1));
        Assert.All(rig.Logs.Take(2), log => Assert.Equal((2, 2), (log.EndOffset, log.StableOffset)));
        Assert.Null(rig.Position());
        Assert.Equal(KafkaError.InvalidTxnState, rig.Coordinator.End(who, isCommit: true));
    }

    [Fact]
    public void Transaction_when_the_broker_is_killed_before_it_ends_goes_on_and_its_time_is_up_when_it_was()
    {
        using var rig = new TransactionRig(_directory);
        var (one, two) = (Written(rig), rig.Take("two"));
        Assert.Equal(KafkaError.None, rig.Begin(two, 2));
        rig.Append(2, 7, out _, two);
        rig.Restart();

        Assert.Equal((1, 0), (rig.Logs[0].EndOffset, rig.Logs[0].StableOffset));
        Assert.True(rig.Coordinator.HoldsPosition(TransactionRig.Group, TransactionRig.Topic, 0));
        Assert.Equal(KafkaError.None, rig.Append(0, 2, out _, one, sequence: 1));
        rig.Commit(one);
        Assert.Equal([1, 2], rig.Read(0));

        rig.Time.Advance(TransactionRig.Timeout - TimeSpan.FromSeconds(1));
        rig.Restart();
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((2, 2), (rig.Logs[2].EndOffset, rig.Logs[2].StableOffset));
        Assert.Empty(rig.Read(2));
        Assert.Equal(KafkaError.ProducerFenced, rig.Coordinator.End(two, isCommit: true));
        Assert.Equal(KafkaError.InvalidTxnState, rig.Append(2, 8, out _, two with { Epoch = 1 }));
        Assert.Equal(KafkaError.InvalidProducerEpoch, rig.Append(2, 8, out _, two, sequence: 1));
    }

    [Fact]
    public void Transaction_when_nobody_knows_it_any_more_is_aborted_at_the_next_start()
    {
        using var rig = new TransactionRig(_directory);
        Written(rig);
        rig.RestartWithJournalOf(0);
        Assert.Equal((2, 2), (rig.Logs[0].EndOffset, rig.Logs[0].StableOffset));
        Assert.Empty(rig.Read(0));
    }

    [Fact]
    public void Producer_when_it_comes_again_as_itself_gets_the_next_epoch_and_another_is_fenced()
    {
        using var rig = new TransactionRig(_directory);
        var first = rig.Take("one");
        var second = rig.Take("one");
        Assert.Equal(first with { Epoch = 1 }, second);
        Assert.Equal(new ProducerGrant(KafkaError.ProducerFenced, -1, -1), Again(first));
        Assert.Equal(new ProducerGrant(KafkaError.None, first.ProducerId, 2), Again(second));
        // Its answer was lost.
        Assert.Equal(new ProducerGrant(KafkaError.None, first.ProducerId, 2), Again(second));
        rig.Restart();
        Assert.Equal(new ProducerGrant(KafkaError.None, first.ProducerId, 2), Again(second));

        // Its transaction took too long.
        Assert.Equal(KafkaError.None, rig.Begin(second with { Epoch = 2 }, 0));
        rig.Time.Advance(TransactionRig.Timeout);
        Assert.Equal(KafkaError.ProducerFenced, rig.Begin(second with { Epoch = 2 }, 0));
        Assert.Equal(new ProducerGrant(KafkaError.None, first.ProducerId, 3), Again(second with { Epoch = 2 }));

        ProducerGrant Again(TransactionalProducer who) => rig.Coordinator.Take("one", TransactionRig.Timeout, (who.ProducerId, who.Epoch));
    }

    [Fact]
    public void Request_when_it_does_not_fit_is_refused_by_name()
    {
        using var rig = new TransactionRig(_directory, options: new TransactionOptions { MaxIds = 3, MaxOpen = 2, MaxPartitions = 2, MaxPositions = 2 });
        var (one, two, three) = (rig.Take("one"), rig.Take("two"), rig.Take("three"));
        Assert.Equal(KafkaError.InvalidRequest, rig.Coordinator.Take("", TransactionRig.Timeout, null).Error);
        Assert.Equal(KafkaError.InvalidTransactionTimeout, rig.Coordinator.Take("long", TimeSpan.FromHours(1), null).Error);
        Assert.Equal(KafkaError.InvalidProducerIdMapping, rig.Begin(one with { TransactionalId = "nobody" }, 0));
        Assert.Equal(KafkaError.InvalidProducerIdMapping, rig.Begin(one with { ProducerId = 1 }, 0));
        Assert.Equal(KafkaError.InvalidTxnState, rig.Coordinator.End(one, isCommit: true));
        Assert.Equal(KafkaError.InvalidTxnState, rig.Append(0, 1, out _, one));
        Assert.Equal(KafkaError.InvalidPartitions, rig.Coordinator.AddPartitions(one, [.. Enumerable.Range(0, 3).Select(p => new TransactionPartition(TransactionRig.Topic, p))]));

        Assert.Equal(KafkaError.None, rig.Begin(one, 0));
        Assert.Equal(KafkaError.InvalidTxnState, rig.Coordinator.AddPositions(one, TransactionRig.Group, []));
        Assert.Equal(KafkaError.None, rig.Position(one, 5));
        Assert.Equal(KafkaError.InvalidRequest, rig.Coordinator.AddGroup(one, "another"));
        Assert.Equal(KafkaError.None, rig.Begin(two, 0));
        Assert.Equal(KafkaError.ConcurrentTransactions, rig.Begin(three, 0));

        // As many ids as there may be: the one that is not used is forgotten for another.
        rig.Take("four");
        Assert.Equal(KafkaError.InvalidProducerIdMapping, rig.Begin(three, 0));
    }

    [Fact]
    public void Control_batch_when_a_client_sends_one_is_refused()
    {
        using var rig = new TransactionRig(_directory);
        var batch = new byte[ControlBatch.TotalBytes];
        ControlBatch.Write(batch, 1, 0, committed: true, 0);
        Assert.Equal(KafkaError.None, RecordBatch.Check(batch, 1 << 10));
        Assert.Equal(KafkaError.InvalidRecord, rig.Logs[0].Append(batch, 1 << 10, out _));
    }

    [Fact]
    public void Topic_when_it_is_deleted_is_no_part_of_what_is_open()
    {
        using var rig = new TransactionRig(_directory);
        var who = Written(rig);
        rig.Coordinator.Forget(TransactionRig.Topic);
        rig.Commit(who);
        Assert.Equal(1, rig.Logs[0].EndOffset);
        Assert.Null(rig.Position());
    }

    [Fact]
    public void Partition_when_the_beginning_of_an_open_transaction_is_deleted_holds_readers_until_it_has_ended()
    {
        using var rig = new TransactionRig(_directory);
        var who = Written(rig);
        for (var n = 0; n < 30; n++)
            rig.Append(0, n, out _);
        Assert.Equal(KafkaError.None, rig.Logs[0].DeleteBefore(20));
        Assert.Equal((20, 31), (rig.Logs[0].StableOffset, rig.Logs[0].EndOffset));
        Assert.Empty(rig.Read(0));
        rig.Coordinator.End(who, isCommit: false);
        Assert.Equal(Enumerable.Range(19, 11), rig.Read(0));
        Assert.Equal(KafkaError.None, rig.Logs[0].DeleteBefore(32));
        Assert.False(rig.Logs[0].HasAborted(0));
        rig.Restart();
        Assert.Equal((32, 32, 32), (rig.Logs[0].StartOffset, rig.Logs[0].StableOffset, rig.Logs[0].EndOffset));
        Assert.False(rig.Logs[0].HasAborted(0));
    }

    // Record 1 in each of two partitions, and a position, in a transaction that is open.
    static TransactionalProducer Written(TransactionRig rig)
    {
        var who = rig.Take("one");
        for (var partition = 0; partition < 2; partition++)
        {
            Assert.Equal(KafkaError.None, rig.Begin(who, partition));
            Assert.Equal(KafkaError.None, rig.Append(partition, 1, out _, who));
        }
        Assert.Equal(KafkaError.None, rig.Position(who, 5));
        return who;
    }

    static long PreparedBytes(TransactionRig rig, long open)
    {
        // Behind what was open: what was prepared, and what was completed, which has lost its partitions and its positions.
        var completed = TransactionRecord.Size(new Transaction("one", 1, 0, -1, TransactionRig.Timeout));
        return rig.JournalBytes - open - completed;
    }

    static void AssertCommittedOnce(TransactionRig rig)
    {
        Assert.Equal([1], rig.Read(0));
        Assert.Equal([1], rig.Read(1));
        Assert.All(rig.Logs.Take(2), log => Assert.Equal((2, 2), (log.EndOffset, log.StableOffset)));
        Assert.Equal(5, rig.Position());
    }
}
