using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Tests.Statements;

/// <summary>Events as the ledger would announce them: contiguous versions, counters that are their fold.</summary>
sealed class LedgerHistory
{
    static readonly AccountCounters Nothing = new(0, 0, 0, 0);

    readonly List<LedgerEventRecorded> _events = [];
    readonly Dictionary<string, LedgerEventRecorded> _last = new(StringComparer.Ordinal);

    public IReadOnlyList<LedgerEventRecorded> Events => _events;

    public LedgerHistory Open(string account, DateTimeOffset at, string currency = "EUR") => Add(account, LedgerEventType.Opened, 0, at, at, currency: currency);

    public LedgerHistory Credit(string account, long amount, DateTimeOffset recorded, DateTimeOffset? effective = null, string? from = null, string? reason = null) =>
        Add(account, LedgerEventType.Credited, amount, effective ?? recorded, recorded, counterparty: from, reason: reason);

    public LedgerHistory Debit(string account, long amount, DateTimeOffset recorded, DateTimeOffset? effective = null, string? to = null, string? reason = null) =>
        Add(account, LedgerEventType.Debited, amount, effective ?? recorded, recorded, counterparty: to, reason: reason);

    /// <summary>What is pending on the account.</summary>
    public long Pending(string account) => _last.TryGetValue(account, out var last) ? last.Counters.DebitsPendingMinor : 0;

    /// <param name="account">The account; it is in the currency of its first event.</param>
    /// <param name="type">What happens.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="effective">When in the business.</param>
    /// <param name="recorded">When the ledger says so.</param>
    /// <param name="released">Of a capture: what it gives back.</param>
    /// <param name="currency">Of the first event.</param>
    /// <param name="counterparty">The other end.</param>
    /// <param name="reason">Why.</param>
    public LedgerHistory Add(
        string account, LedgerEventType type, long amount, DateTimeOffset effective, DateTimeOffset recorded, long released = 0, string currency = "EUR",
        string? counterparty = null, string? reason = null)
    {
        var last = _last.GetValueOrDefault(account);
        var before = last?.Counters ?? Nothing;
        var number = _events.Count + 1;
        var moves = type is LedgerEventType.Credited or LedgerEventType.Debited or LedgerEventType.HoldCaptured;
        var e = new LedgerEventRecorded(
            account, (last?.Version ?? 0) + 1, type, amount, last?.Currency ?? currency, Id(number), After(before, type, amount, released), effective, recorded,
            moves ? Id(1_000_000 + number) : null,
            null,
            moves ? "clearing:EUR:0" : null,
            reason,
            released > 0 ? released : null,
            null,
            counterparty);
        _events.Add(e);
        _last[account] = e;
        return this;
    }

    static AccountCounters After(AccountCounters before, LedgerEventType type, long amount, long released) => type switch
    {
        LedgerEventType.HoldPlaced => before with { DebitsPendingMinor = before.DebitsPendingMinor + amount },
        LedgerEventType.HoldCaptured => before with
        {
            DebitsPendingMinor = before.DebitsPendingMinor - amount - released,
            DebitsPostedMinor = before.DebitsPostedMinor + amount,
        },
        LedgerEventType.HoldReleased or LedgerEventType.HoldExpired => before with { DebitsPendingMinor = before.DebitsPendingMinor - amount },
        LedgerEventType.Credited => before with { CreditsPostedMinor = before.CreditsPostedMinor + amount },
        LedgerEventType.Debited => before with { DebitsPostedMinor = before.DebitsPostedMinor + amount },
        _ => before,
    };

    static Guid Id(int number) => new($"0195d6a0-0000-7000-8000-{number:x12}");
}
