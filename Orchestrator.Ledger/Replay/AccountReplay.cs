using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using static Orchestrator.Ledger.Replay.ReplayOutcome;

namespace Orchestrator.Ledger.Replay;

/// <summary>
/// Folds an account again, from its beginning or from a snapshot: its own events and, for the ledger's own accounts, those that name it as the other
/// side. Pure; one event at a time, so it needs no more memory for a million of them.
/// </summary>
/// <param name="start">Where it begins.</param>
public sealed class AccountReplay(AccountState start)
{
    /// <summary>The account after the events so far.</summary>
    public AccountState State { get; private set; } = start;

    /// <summary>How many events were folded.</summary>
    public long Events { get; private set; }

    /// <summary>The account before its first event. Whose it is and its limits are in no event, so they are taken from <paramref name="account"/>.</summary>
    public static AccountState Beginning(AccountState account) => account with
    {
        Version = 0,
        Counters = AccountState.NoCounters,
        Status = AccountStatus.Open,
        SpentOn = null,
        SpentMinor = 0,
    };

    /// <summary>Folds the next event.</summary>
    /// <returns>Null when it follows; else what is wrong, and the state stays as it was.</returns>
    public ReplayError? Add(LedgerEvent e)
    {
        var own = string.Equals(e.AccountId, State.AccountId, StringComparison.Ordinal);
        if (!own && !string.Equals(e.ContraAccountId, State.AccountId, StringComparison.Ordinal))
            return Error(ReplayErrors.OtherAccount, $"event {e.Version} is of another account");
        var version = own ? e.Version : e.ContraVersion;
        if (version != State.Version + 1)
        {
            return Error(
                version <= State.Version ? ReplayErrors.VersionRepeated : ReplayErrors.VersionGap, $"after version {State.Version} comes {version}");
        }
        try
        {
            State = own ? LedgerFold.Apply(State, e) : LedgerFold.ApplyContra(State, e);
            Events++;
            return null;
        }
        catch (InvalidOperationException impossible)
        {
            return Error(ReplayErrors.Impossible, $"version {version}: {impossible.Message}");
        }
        catch (OverflowException)
        {
            return Error(ReplayErrors.CounterOverflow, $"version {version} makes a counter exceed 64 bits");
        }
    }

    /// <summary>Folds all of <paramref name="events"/>, or up to the first that does not follow.</summary>
    /// <returns>Null when all follow; else what is wrong.</returns>
    public async Task<ReplayError?> AddAllAsync(IAsyncEnumerable<LedgerEvent> events, CancellationToken cancellationToken)
    {
        await foreach (var e in events.WithCancellation(cancellationToken))
        {
            if (Add(e) is { } error)
                return error;
        }
        return null;
    }

    /// <summary>The account as it was at <paramref name="version"/>.</summary>
    /// <param name="start">Its beginning or a snapshot of at most that version.</param>
    /// <param name="events">What follows the start, in order; later ones are not looked at.</param>
    /// <param name="version">From 0.</param>
    public static ReplayOutcome AsOfVersion(AccountState start, IEnumerable<LedgerEvent> events, long version)
    {
        var replay = new AccountReplay(start);
        if (start.Version > version)
            return new Broken(replay.Error(ReplayErrors.BeginsLater, $"it begins at version {start.Version}, after {version}"));
        if (start.Version < version)
        {
            foreach (var e in events)
            {
                if (replay.Add(e) is { } error)
                    return new Broken(error);
                if (replay.State.Version == version)
                    break;
            }
        }
        return replay.State.Version == version
            ? new Folded(replay.State, replay.Events)
            : new Broken(replay.Error(ReplayErrors.VersionNotReached, $"the events end at version {replay.State.Version}, before {version}"));
    }

    /// <summary>
    /// The account as it was at <paramref name="instant"/>: before its first event that was recorded later. The clock of a lane may step back when it changes
    /// its owner; what follows a later event counts as later, too.
    /// </summary>
    /// <param name="start">Its beginning, or a snapshot whose events were all recorded by then.</param>
    /// <param name="events">What follows the start, in order.</param>
    /// <param name="instant">By the time of recording, inclusive.</param>
    public static ReplayOutcome AsOf(AccountState start, IEnumerable<LedgerEvent> events, DateTimeOffset instant)
    {
        var replay = new AccountReplay(start);
        foreach (var e in events)
        {
            if (e.RecordedAt > instant)
                break;
            if (replay.Add(e) is { } error)
                return new Broken(error);
        }
        return new Folded(replay.State, replay.Events);
    }

    ReplayError Error(string code, string detail) => new(code, State.Version, detail);
}
