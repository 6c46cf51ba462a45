namespace Orchestrator.Ledger.Chain;

/// <summary>
/// Walks one lane's chain, row by row in the order of its sequence, and keeps the first thing that is wrong with it. Pure: it is given what was read.
/// </summary>
/// <param name="genesis">Where the chain begins.</param>
/// <param name="head">Where the database says that it ends; null when it says nothing.</param>
/// <param name="exported">Heads that were exported earlier, in the order of their sequences.</param>
sealed class LaneWalk(ChainLink genesis, ChainLink? head, IEnumerable<ChainLink> exported)
{
    const string Repeated = "two rows have this place in the chain, and only one of them was recorded";

    readonly EventHasher _hasher = new();
    readonly Queue<ChainLink> _exported = new(exported);
    ChainLink _last = genesis;
    Suspect? _suspect;

    /// <summary>The first thing that is wrong; known for sure after <see cref="End"/>.</summary>
    public ChainProblem? Problem { get; private set; }

    /// <summary>Takes the next row.</summary>
    /// <param name="row">What is stored, apart from the hash.</param>
    /// <param name="hash">The stored hash.</param>
    public void Take(in ChainedEvent row, byte[] hash)
    {
        if (Problem is not null)
            return;
        if (_suspect is { } suspect)
        {
            Blame(suspect, After(suspect, row, hash));
            return;
        }
        var expected = _last.Sequence + 1;
        if (row.Sequence != expected)
        {
            Problem = row.Sequence > expected
                ? Found(ChainFault.SequenceMissing, row, $"{Range(expected, row.Sequence - 1)} missing before this row, which is {row.Sequence}") with { Sequence = expected }
                : Found(ChainFault.SequenceRepeated, row, Repeated);
            return;
        }
        var recomputed = _hasher.Next(_last.Hash, row);
        _last = new ChainLink(row.Lane, row.Sequence, hash);
        if (!hash.AsSpan().SequenceEqual(recomputed))
            _suspect = new Suspect(Found(ChainFault.HashDiffers, row, ""), hash, recomputed);
        else
            CompareExported(row);
    }

    /// <summary>There are no more rows.</summary>
    public void End()
    {
        if (Problem is null && _suspect is { } suspect)
            Blame(suspect, head is not null && head.Sequence == _last.Sequence ? FollowsFrom(suspect, head.Hash, s => s) : ChainFault.HashDiffers);
        Problem ??= HeadProblem() ?? (_exported.TryPeek(out var missing)
            ? Place(ChainFault.ExportedHeadMissing, missing.Sequence, $"the chain ends at {_last.Sequence}; when its head was exported it went on to {missing.Sequence}")
            : null);
    }

    ChainProblem? HeadProblem()
    {
        if (head is null)
            return _last.Sequence > 0 ? Place(ChainFault.HeadDiffers, _last.Sequence, $"the chain ends at {_last.Sequence}, and the lane has no head") : null;
        if (head.Sequence > _last.Sequence)
            return Place(ChainFault.SequenceMissing, _last.Sequence + 1, $"{Range(_last.Sequence + 1, head.Sequence)} missing at the end, which the head says is {head.Sequence}");
        if (head.Sequence < _last.Sequence)
            return Place(ChainFault.HeadDiffers, _last.Sequence, $"the chain ends at {_last.Sequence}, its head says {head.Sequence}");
        return head.Hash.AsSpan().SequenceEqual(_last.Hash) ? null : Place(ChainFault.HeadDiffers, _last.Sequence, "the head's hash is not that of the last row");
    }

    void CompareExported(in ChainedEvent row)
    {
        while (_exported.TryPeek(out var earlier) && earlier.Sequence <= row.Sequence)
        {
            _exported.Dequeue();
            if (earlier.Sequence == row.Sequence && !earlier.Hash.AsSpan().SequenceEqual(_last.Hash))
            {
                Problem = Found(ChainFault.ExportedHeadDiffers, row, "the chain is sound and not the one whose head was exported here: it was rewritten, at this row or before");
                return;
            }
        }
    }

    // What follows a row tells whether it or its hash is wrong: it was computed from the hash as it was.
    ChainFault After(Suspect suspect, ChainedEvent next, byte[] nextHash) =>
        next.Sequence == _last.Sequence ? ChainFault.SequenceRepeated
        : next.Sequence == _last.Sequence + 1 ? FollowsFrom(suspect, nextHash, hash => _hasher.Next(hash, next))
        : ChainFault.HashDiffers;

    static ChainFault FollowsFrom(Suspect suspect, byte[] following, Func<byte[], byte[]> next) =>
        following.AsSpan().SequenceEqual(next(suspect.Stored)) ? ChainFault.RowChanged
        : following.AsSpan().SequenceEqual(next(suspect.Recomputed)) ? ChainFault.HashChanged
        : ChainFault.HashDiffers;

    void Blame(Suspect suspect, ChainFault fault) => Problem = suspect.Row with
    {
        Fault = fault,
        Detail = fault switch
        {
            ChainFault.RowChanged => "the row is not what was recorded: what follows it was computed from its hash",
            ChainFault.HashChanged => "the row's hash was changed: what follows it was computed from the one that the row has",
            ChainFault.SequenceRepeated => Repeated,
            _ => "row and hash do not go together, nor with what follows: rows were exchanged, or more than this one was changed",
        },
    };

    ChainProblem Found(ChainFault fault, in ChainedEvent row, string detail) => new(fault, row.Lane, row.Sequence, row.AccountId, row.Version, detail);

    ChainProblem Place(ChainFault fault, long sequence, string detail) => new(fault, _last.Lane, sequence, null, null, detail);

    static string Range(long first, long last) => first == last ? $"{first} is" : $"{first} to {last} are";

    /// <summary>A row whose hash is not the one that was computed anew.</summary>
    sealed record Suspect(ChainProblem Row, byte[] Stored, byte[] Recomputed);
}
