using System.Collections.Immutable;
using Orchestrator.Broker.Groups;

namespace Orchestrator.Broker.Transactions;

/// <summary>A transactional id, the producer that has it, and its transaction. A value: each step gives the next one, which counts when it is in the journal.</summary>
/// <param name="Id">The transactional id.</param>
/// <param name="ProducerId">The producer's number.</param>
/// <param name="Epoch">The producer's epoch: earlier ones are fenced.</param>
/// <param name="LastEpoch">The epoch of the same producer before it, with which it may come again; -1 when another producer had it.</param>
/// <param name="Timeout">How long a transaction of it may stay open.</param>
internal sealed record Transaction(string Id, long ProducerId, short Epoch, short LastEpoch, TimeSpan Timeout)
{
    /// <summary>The last epochs of a number are not given to producers: one is left for the broker to fence them with.</summary>
    const short MostEpoch = short.MaxValue - 1;

    public TransactionState State { get; init; }

    /// <summary>When it was begun: milliseconds since 1970, UTC.</summary>
    public long BegunAt { get; init; }

    /// <summary>Where it writes.</summary>
    public ImmutableHashSet<TransactionPartition> Partitions { get; init; } = [];

    /// <summary>Positions that count when it is committed, by group. A group that was added is there before it has any.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<TransactionPartition, GroupPosition>> Positions { get; init; } =
        ImmutableDictionary<string, ImmutableDictionary<TransactionPartition, GroupPosition>>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Whether it was decided how it ends, and is not yet carried out everywhere.</summary>
    public bool IsPrepared => State is TransactionState.PreparedCommit or TransactionState.PreparedAbort;

    /// <summary>Whether anything may wait for its end.</summary>
    public bool IsOpen => State == TransactionState.Ongoing || IsPrepared;

    /// <summary>How much of the bound on positions it takes: each of its groups and each position.</summary>
    public int PositionCount => Positions.Count + Positions.Values.Sum(p => p.Count);

    /// <summary>It is open, since now if it was not.</summary>
    public Transaction Begun(long now) =>
        State == TransactionState.Ongoing ? this : this with { State = TransactionState.Ongoing, BegunAt = now };

    /// <summary>With more partitions.</summary>
    public Transaction With(IEnumerable<TransactionPartition> partitions) => this with { Partitions = Partitions.Union(partitions) };

    /// <summary>With a group, whose positions may follow.</summary>
    public Transaction With(string group) =>
        Positions.ContainsKey(group) ? this : this with { Positions = Positions.Add(group, ImmutableDictionary<TransactionPartition, GroupPosition>.Empty) };

    /// <summary>With positions of a group that it has.</summary>
    public Transaction With(string group, IEnumerable<GroupPosition> positions) => this with
    {
        Positions = Positions.SetItem(group, Positions[group].SetItems(positions.Select(p => KeyValuePair.Create(new TransactionPartition(p.Topic, p.Partition), p)))),
    };

    /// <summary>Without what it has of a topic.</summary>
    public Transaction Without(string topic) => this with
    {
        Partitions = [.. Partitions.Where(p => p.Topic != topic)],
        Positions = Positions.ToImmutableDictionary(g => g.Key, g => g.Value.RemoveRange(g.Value.Keys.Where(p => p.Topic == topic)), StringComparer.Ordinal),
    };

    /// <summary>It is decided how it ends.</summary>
    public Transaction Prepared(bool isCommit) => this with { State = isCommit ? TransactionState.PreparedCommit : TransactionState.PreparedAbort };

    /// <summary>The broker ends it itself: its producer is fenced, but may come again.</summary>
    public Transaction Fenced() => this with { Epoch = (short)(Epoch + 1), LastEpoch = Epoch };

    /// <summary>It has ended everywhere.</summary>
    public Transaction Completed() => new(Id, ProducerId, Epoch, LastEpoch, Timeout)
    {
        State = State == TransactionState.PreparedCommit ? TransactionState.Committed : TransactionState.Aborted,
    };

    /// <summary>A producer has come, without a transaction yet: in the next epoch, or with another number when there is none left.</summary>
    /// <param name="timeout">How long its transactions may stay open.</param>
    /// <param name="isSame">Whether it is the one that was there.</param>
    /// <param name="nextProducerId">Gives numbers.</param>
    public Transaction Taken(TimeSpan timeout, bool isSame, Func<long> nextProducerId) => Epoch >= MostEpoch
        ? new(Id, nextProducerId(), 0, -1, timeout)
        : new(Id, ProducerId, (short)(Epoch + 1), isSame ? Epoch : (short)-1, timeout);
}
