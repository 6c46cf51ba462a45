namespace Orchestrator.Ledger.Chain;

/// <summary>The walks of all lanes: those that have a head, those that only have rows, and those that only an export knows.</summary>
sealed class LaneWalks
{
    readonly SortedDictionary<short, LaneWalk> _walks = [];
    readonly List<ChainProblem> _problems = [];
    readonly Guid _chainId;

    /// <param name="heads">What the database says.</param>
    /// <param name="exported">What was exported earlier.</param>
    public LaneWalks(ChainHeads heads, IReadOnlyList<ChainHeads> exported)
    {
        _chainId = heads.ChainId;
        foreach (var other in exported.Where(e => e.ChainId != heads.ChainId || e.EventsBefore != heads.EventsBefore))
        {
            _problems.Add(new(
                ChainFault.OtherOrigin, null, null, null, null,
                $"the heads of {other.Database} at {other.At:O} belong to chain {other.ChainId} after {other.EventsBefore} events, not to {heads.ChainId} after {heads.EventsBefore}"));
        }
        var earlier = exported.Where(e => e.ChainId == heads.ChainId).SelectMany(e => e.Lanes).ToLookup(l => l.Lane);
        var current = heads.Lanes.ToDictionary(l => l.Lane);
        foreach (var lane in current.Keys.Union(earlier.Select(l => l.Key)))
        {
            var head = current.TryGetValue(lane, out var found) ? Link(found) : null;
            _walks.Add(lane, new LaneWalk(ChainLink.Genesis(_chainId, lane), head, earlier[lane].Select(Link).OrderBy(l => l.Sequence)));
        }
    }

    /// <summary>How many lanes there are.</summary>
    public int Count => _walks.Count;

    /// <summary>The walk of a lane.</summary>
    public LaneWalk Of(short lane)
    {
        if (!_walks.TryGetValue(lane, out var walk))
            _walks.Add(lane, walk = new LaneWalk(ChainLink.Genesis(_chainId, lane), head: null, []));
        return walk;
    }

    /// <summary>There are no more rows: what is wrong.</summary>
    public List<ChainProblem> End()
    {
        foreach (var walk in _walks.Values)
        {
            walk.End();
            if (walk.Problem is { } problem)
                _problems.Add(problem);
        }
        return _problems;
    }

    static ChainLink Link(LaneHead head) => new(head.Lane, head.Sequence, Convert.FromHexString(head.Hash));
}
