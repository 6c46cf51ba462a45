using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Chain;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Linked;

namespace Orchestrator.Ledger.Lanes;

/// <summary>
/// What a lane knows: accounts and open holds from one unit of work to the next, and what the current unit has changed and decided.
/// Everything here was read from the database or committed to it.
/// </summary>
sealed class LedgerMemory(int accountCapacity, int holdCapacity)
{
    readonly RecencyCache<string, AccountSlot> _accounts = new(accountCapacity);
    readonly RecencyCache<Guid, HoldState?> _holds = new(holdCapacity);
    readonly Dictionary<string, AccountSlot> _contras = new(StringComparer.Ordinal);
    readonly Dictionary<Guid, List<FirstReply>?> _replies = [];
    readonly Dictionary<Guid, ReceivedTransfer> _received = [];
    readonly HashSet<Guid> _reversedInUnit = [];
    readonly List<AccountSlot> _changed = [];
    readonly List<Guid> _resolvedHolds = [];
    readonly List<LedgerEvent> _events = [];
    readonly List<Refusal> _refusals = [];

    /// <summary>The unit's linked transfers.</summary>
    public LinkedMemory Linked { get; } = new();

    /// <summary>The chain that the lane's events are sealed in.</summary>
    public LaneChain Chain { get; } = new();

    /// <summary>Whether the lane's own accounts are in memory.</summary>
    public bool KnowsContras { get; private set; }

    /// <summary>The accounts that the unit changed, each once.</summary>
    public IReadOnlyList<AccountSlot> Changed => _changed;

    /// <summary>What happened in the unit, in order.</summary>
    public IReadOnlyList<LedgerEvent> Events => _events;

    /// <summary>What the unit refused.</summary>
    public IReadOnlyList<Refusal> Refusals => _refusals;

    public bool KnowsAccount(string accountId) => _accounts.TryGet(accountId, out _);

    public bool KnowsHold(Guid holdId) => _holds.TryGet(holdId, out _);

    /// <summary>The account; its state is null when there is none.</summary>
    /// <exception cref="InvalidOperationException">It was not read before the unit's messages were handled.</exception>
    public AccountSlot Account(string accountId) => _accounts.TryGet(accountId, out var slot) ? slot : throw NotRead("account");

    /// <summary>The hold; null when there is none.</summary>
    /// <exception cref="InvalidOperationException">It was not read before the unit's messages were handled.</exception>
    public HoldState? Hold(Guid holdId) => _holds.TryGet(holdId, out var hold) ? hold : throw NotRead("hold");

    /// <summary>The hold, where it is known; null when it is not there or was not read.</summary>
    public HoldState? KnownHold(Guid holdId) => _holds.TryGet(holdId, out var hold) ? hold : null;

    /// <summary>The credit that is to be undone; null when there is none.</summary>
    public ReceivedTransfer? Received(Guid creditId) => _received.TryGetValue(creditId, out var received)
        ? received with { Reversed = received.Reversed || _reversedInUnit.Contains(received.TransactionId) }
        : null;

    /// <summary>Whether the command was decided before, as far as that was asked; null when it was not asked.</summary>
    public bool? WasDecided(Guid commandId) => _replies.TryGetValue(commandId, out var replies) ? replies is not null : null;

    /// <summary>The lane's own account, new when nothing was posted to it yet.</summary>
    public AccountSlot Contra(AccountKind kind, string currency, int partition, DateTimeOffset now)
    {
        var name = ContraAccounts.Name(kind, currency, partition);
        if (!_contras.TryGetValue(name, out var slot))
            _contras.Add(name, slot = new AccountSlot(ContraAccounts.New(kind, currency, partition, now)));
        return slot;
    }

    /// <summary>How the id was answered before; null when it is new.</summary>
    /// <exception cref="InvalidOperationException">It was not read before the unit's messages were handled.</exception>
    public IReadOnlyList<FirstReply>? RepliesTo(Guid commandId) =>
        _replies.TryGetValue(commandId, out var replies) ? replies : throw NotRead("command");

    public void Learn(AccountState account) => _accounts.Set(account.AccountId, new AccountSlot(account, account.Version));

    public void LearnContra(AccountState account) => _contras[account.AccountId] = new AccountSlot(account, account.Version);

    public void LearnAllContras() => KnowsContras = true;

    public void Learn(ReceivedTransfer received) => _received[received.CreditId] = received;

    public void Learn(HoldState hold) => _holds.Set(hold.HoldId, hold);

    /// <summary>The account is not there, unless it was learnt.</summary>
    public void LearnAbsentAccount(string accountId)
    {
        if (!KnowsAccount(accountId))
            _accounts.Set(accountId, new AccountSlot(null));
    }

    /// <summary>The hold is not there, unless it was learnt.</summary>
    public void LearnAbsentHold(Guid holdId)
    {
        if (!KnowsHold(holdId))
            _holds.Set(holdId, null);
    }

    /// <summary>The command is new, unless a reply was learnt.</summary>
    public void LearnNewCommand(Guid commandId) => _replies.TryAdd(commandId, null);

    public void Learn(Guid commandId, FirstReply reply)
    {
        if (_replies.GetValueOrDefault(commandId) is { } replies)
            replies.Add(reply);
        else
            _replies[commandId] = [reply];
    }

    /// <summary>Takes an event into the unit.</summary>
    /// <returns>The event in its place in the lane's chain, and the account after it.</returns>
    public (LedgerEvent Sealed, AccountState After) Record(LedgerEvent e, AccountSlot account, AccountSlot? contra)
    {
        var after = LedgerFold.Apply(account.State ?? throw NotRead("account"), e);
        if (e.ContraAccountId is not null)
        {
            var other = contra?.State ?? throw NotRead("contra account");
            Change(contra, LedgerFold.ApplyContra(other, e));
        }
        Change(account, after);
        if (LedgerFold.Hold(e) is { } hold)
        {
            if (hold.Resolution is not HoldResolution.Open)
            {
                hold = hold with { ChainId = KnownHold(hold.HoldId)?.ChainId };
                _resolvedHolds.Add(hold.HoldId);
            }
            _holds.Set(hold.HoldId, hold);
        }
        if (e is { Type: LedgerEventType.HoldPlaced, ReversesTransactionId: { } reversed })
            _reversedInUnit.Add(reversed);
        var link = Chain.Append(e);
        _events.Add(link);
        return (link, after);
    }

    /// <summary>Takes a refusal into the unit.</summary>
    public void Record(Refusal refusal) => _refusals.Add(refusal);

    /// <summary>The unit is stored.</summary>
    public void Committed()
    {
        foreach (var slot in _changed)
            slot.Stored();
        // Open holds will be asked for, resolved ones hardly ever again.
        foreach (var hold in _resolvedHolds)
            _holds.Remove(hold);
        Chain.Committed();
        EndUnit();
    }

    /// <summary>The unit is not stored, or nobody knows. That is rare, so everything is forgotten and read anew when it is needed.</summary>
    public void RolledBack()
    {
        _accounts.Clear();
        _holds.Clear();
        _contras.Clear();
        KnowsContras = false;
        Chain.RolledBack();
        EndUnit();
    }

    void Change(AccountSlot slot, AccountState after)
    {
        if (slot.Change(after))
            _changed.Add(slot);
    }

    void EndUnit()
    {
        _changed.Clear();
        _resolvedHolds.Clear();
        _events.Clear();
        _refusals.Clear();
        _replies.Clear();
        _received.Clear();
        _reversedInUnit.Clear();
        Linked.Clear();
        _accounts.Trim();
        _holds.Trim();
    }

    static InvalidOperationException NotRead(string what) => new($"the {what} was not read before its command was handled");
}
