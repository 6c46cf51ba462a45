namespace Orchestrator.Ledger.Linked;

/// <summary>The chains and legs of a unit of work: read with what it reads, and forgotten with the unit. They are few beside all other commands.</summary>
sealed class LinkedMemory
{
    readonly Dictionary<Guid, Row<LinkedChain>> _chains = [];
    readonly Dictionary<(Guid TransferId, LegSide Side), Row<LinkedLeg>> _legs = [];
    readonly Dictionary<string, HashSet<Guid>> _promises = new(StringComparer.Ordinal);

    /// <summary>Chains that begin in the unit.</summary>
    public IReadOnlyList<LinkedChain> NewChains => [.. New(_chains.Values)];

    /// <summary>Chains that the unit has changed.</summary>
    public IReadOnlyList<LinkedChain> ChangedChains => [.. Changed(_chains.Values)];

    /// <summary>Legs that begin in the unit.</summary>
    public IReadOnlyList<LinkedLeg> NewLegs => [.. New(_legs.Values)];

    /// <summary>Legs that the unit has changed.</summary>
    public IReadOnlyList<LinkedLeg> ChangedLegs => [.. Changed(_legs.Values)];

    /// <summary>The states that chains came to in the unit.</summary>
    public IEnumerable<LinkedState> Decided => _chains.Values.Where(r => r.Now?.State is not null and not LinkedState.Asking && r.Now.State != r.Stored?.State).Select(r => r.Now!.State);

    /// <summary>The chain; null when there is none.</summary>
    /// <exception cref="InvalidOperationException">It was not read before the unit's messages were handled.</exception>
    public LinkedChain? Chain(Guid chainId) => _chains.TryGetValue(chainId, out var row) ? row.Now : throw NotRead("chain");

    /// <summary>The leg; null when there is none.</summary>
    /// <exception cref="InvalidOperationException">It was not read before the unit's messages were handled.</exception>
    public LinkedLeg? Leg(Guid transferId, LegSide side) => _legs.TryGetValue((transferId, side), out var row) ? row.Now : throw NotRead("leg");

    /// <summary>Whether the account has promised to take an amount.</summary>
    public bool HasPromised(string accountId) => _promises.TryGetValue(accountId, out var promises) && promises.Count > 0;

    public void Learn(LinkedChain chain) => _chains[chain.ChainId] = new Row<LinkedChain>(chain);

    /// <summary>The chain is not there, unless it was learnt.</summary>
    public void LearnAbsentChain(Guid chainId) => _chains.TryAdd(chainId, new Row<LinkedChain>(null));

    public void Learn(LinkedLeg leg)
    {
        _legs[(leg.TransferId, leg.Side)] = new Row<LinkedLeg>(leg);
        Promise(leg);
    }

    /// <summary>The transfer has no legs, unless they were learnt.</summary>
    public void LearnAbsentLegs(Guid transferId)
    {
        _legs.TryAdd((transferId, LegSide.Payer), new Row<LinkedLeg>(null));
        _legs.TryAdd((transferId, LegSide.Payee), new Row<LinkedLeg>(null));
    }

    /// <summary>Takes a chain's new state into the unit.</summary>
    public void Set(LinkedChain chain) => _chains[chain.ChainId].Now = chain;

    /// <summary>Takes a leg's new state into the unit.</summary>
    public void Set(LinkedLeg leg)
    {
        _legs[(leg.TransferId, leg.Side)].Now = leg;
        Promise(leg);
    }

    public void Clear()
    {
        _chains.Clear();
        _legs.Clear();
        _promises.Clear();
    }

    void Promise(LinkedLeg leg)
    {
        if (leg.Side is LegSide.Payer)
            return;
        if (!_promises.TryGetValue(leg.AccountId, out var promises))
            _promises.Add(leg.AccountId, promises = []);
        if (leg.State is LegState.Agreed)
            promises.Add(leg.TransferId);
        else
            promises.Remove(leg.TransferId);
    }

    static IEnumerable<T> New<T>(IEnumerable<Row<T>> rows) where T : class => rows.Where(r => r.Stored is null && r.Now is not null).Select(r => r.Now!);

    static IEnumerable<T> Changed<T>(IEnumerable<Row<T>> rows) where T : class =>
        rows.Where(r => r.Stored is not null && !ReferenceEquals(r.Stored, r.Now)).Select(r => r.Now!);

    static InvalidOperationException NotRead(string what) => new($"the {what} was not read before its message was handled");

    sealed class Row<T>(T? stored) where T : class
    {
        public T? Stored { get; } = stored;

        public T? Now { get; set; } = stored;
    }
}
