using Orchestrator.Ledger.Accounts;

namespace Orchestrator.Ledger.Lanes;

/// <summary>A place for an account in memory: how it is now, and which version the database has.</summary>
sealed class AccountSlot(AccountState? state, long? storedVersion = null)
{
    bool _changed;

    /// <summary>How it is, the current unit's events included; null when there is no such account.</summary>
    public AccountState? State { get; private set; } = state;

    /// <summary>The version in the database; null when it has no row.</summary>
    public long? StoredVersion { get; private set; } = storedVersion;

    /// <summary>Opens the account in this place, before its first event.</summary>
    public void Open(AccountState state) => State = state;

    /// <summary>Sets the new state.</summary>
    /// <returns>Whether it is the unit's first change of it.</returns>
    public bool Change(AccountState after)
    {
        State = after;
        var first = !_changed;
        _changed = true;
        return first;
    }

    /// <summary>The database has the state.</summary>
    public void Stored()
    {
        StoredVersion = State?.Version;
        _changed = false;
    }
}
