using Orchestrator.Ledger.Deciding;

namespace Orchestrator.Ledger.Chain;

/// <summary>What a lane knows of its chain: the head that is stored, and the one that the current unit of work has come to.</summary>
sealed class LaneChain
{
    readonly EventHasher _hasher = new();
    ChainLink? _head;

    /// <summary>Whether it was read; it must be, before an event is appended.</summary>
    public bool IsKnown => Stored is not null;

    /// <summary>The head in the database; its sequence is 0 when there is none yet. Null when it is not known.</summary>
    public ChainLink? Stored { get; private set; }

    /// <summary>The head with the unit's events.</summary>
    /// <exception cref="InvalidOperationException">It was not read before the unit's messages were handled.</exception>
    public ChainLink Head => _head ?? throw new InvalidOperationException("the head of the lane's chain was not read before its commands were handled");

    /// <summary>When the last event was recorded, the unit's events included, UTC; the beginning of time while there is none.</summary>
    public DateTimeOffset RecordedAt { get; private set; }

    /// <summary>Takes what was read.</summary>
    public void Learn(ChainLink head, DateTimeOffset recordedAt) => (Stored, _head, RecordedAt) = (head, head, recordedAt);

    /// <summary>Gives <paramref name="e"/> its place after the last event.</summary>
    public LedgerEvent Append(LedgerEvent e)
    {
        var head = Head;
        var sequence = head.Sequence + 1;
        _head = new ChainLink(head.Lane, sequence, _hasher.Next(head.Hash, ChainedEvent.Of(e, head.Lane, sequence)));
        RecordedAt = e.RecordedAt;
        return e with { Link = _head };
    }

    /// <summary>The unit is stored.</summary>
    public void Committed() => Stored = _head;

    /// <summary>The unit is not stored, or nobody knows: the head is read anew, and when it was recorded with it.</summary>
    public void RolledBack() => Stored = _head = null;
}
