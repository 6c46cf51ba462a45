using System.Text.Json.Serialization;
using Orchestrator.Contracts.Customers;

namespace Orchestrator.Activity.Customers;

/// <summary>
/// What is known about a customer, as far as segments may ask for it; bounded, whatever the customer does. Facts may come in any order: what they amount to is the same,
/// as long as they come within <see cref="DaysKept"/> days and of no more sessions, accounts and currencies than are told apart.
/// </summary>
public sealed class CustomerState
{
    /// <summary>For how many days, today counted, it is known what was done on each.</summary>
    public const int DaysKept = 90;

    /// <summary>The most accounts that are known by name; more are counted.</summary>
    public const int MaxAccounts = 20;

    /// <summary>The most currencies of which amounts are kept: the first that come. Transactions in others are counted without their amounts.</summary>
    public const int MaxCurrencies = 8;

    /// <summary>The most sessions, the latest, whose pages are told apart from those of others.</summary>
    public const int MaxSessions = 16;

    /// <summary>The profile of the highest version that has come.</summary>
    public CustomerProfile? Profile { get; set; }

    /// <summary>The customer's accounts, in the order in which they became known.</summary>
    public List<string> Accounts { get; set; } = [];

    /// <summary>How many accounts there are beyond those.</summary>
    public int MoreAccounts { get; set; }

    /// <summary>When the first account was asked for, UTC.</summary>
    public DateTimeOffset? FirstAccountAt { get; set; }

    /// <summary>When the customer was seen first, UTC.</summary>
    public DateTimeOffset? FirstSeenAt { get; set; }

    /// <summary>When the customer was seen last, UTC.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>When money was sent last, UTC.</summary>
    public DateTimeOffset? LastTransactionAt { get; set; }

    /// <summary>The days on which anything was done, the first first.</summary>
    public List<CustomerDay> Days { get; set; } = [];

    /// <summary>The latest sessions, in no order.</summary>
    public List<CustomerSession> Sessions { get; set; } = [];

    /// <summary>The segments that the customer is in, by name.</summary>
    public List<Membership> Segments { get; set; } = [];

    /// <summary>How many accounts the customer has.</summary>
    [JsonIgnore]
    public int AccountCount => Accounts.Count + MoreAccounts;

    /// <summary>Since when the customer is one: what the profile says, or else the first account.</summary>
    [JsonIgnore]
    public DateTimeOffset? Since => Profile?.Since ?? FirstAccountAt;

    /// <summary>The day of an instant, UTC, counted from the year 1.</summary>
    public static int DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime).DayNumber;

    /// <summary>Takes a fact. What says that it will come about counts as of now.</summary>
    /// <param name="fact">The fact.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>Whether it says anything new: a profile that is older than the one that is known does not.</returns>
    public bool Take(CustomerFact fact, DateTimeOffset now)
    {
        var at = Earlier(Whole(fact.At), now);
        switch (fact.Kind)
        {
            case CustomerFactKind.AccountOpened when fact.AccountId is { } account:
                TakeAccount(account, at);
                return true;
            case CustomerFactKind.ProfileUpdated when fact.Profile is { } profile && !(profile.Version <= Profile?.Version):
                Profile = CustomerProfile.Of(profile);
                return true;
            case CustomerFactKind.MoneySent when fact is { AmountMinor: { } amount, Currency: { } currency }:
                LastTransactionAt = Later(LastTransactionAt, at);
                if (DayAt(at, now) is { } day)
                    day.Send(amount, CanKeep(currency) ? currency : null);
                return true;
            case CustomerFactKind.Observed when fact.Observed is { } seen:
                TakeObserved(seen, at, now);
                return true;
            default:
                return false;
        }
    }

    /// <summary>An instant as it is kept: whole milliseconds.</summary>
    public static DateTimeOffset Whole(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    void TakeAccount(string account, DateTimeOffset at)
    {
        FirstAccountAt = FirstAccountAt is { } first ? Earlier(first, at) : at;
        if (Accounts.Contains(account, StringComparer.Ordinal))
            return;
        if (Accounts.Count < MaxAccounts)
            Accounts.Add(account);
        else
            MoreAccounts++;
    }

    void TakeObserved(Contracts.Activity.CustomerObserved seen, DateTimeOffset at, DateTimeOffset now)
    {
        FirstSeenAt = FirstSeenAt is { } first ? Earlier(first, at) : at;
        LastSeenAt = Later(LastSeenAt, at);
        var started = Earlier(Whole(seen.SessionStartedAt), at);
        if (DayAt(started, now) is not { } day)
            return;
        if (seen.SessionStarted)
            day.Sessions++;
        day.Pages += NewPages(CustomerSession.KeyOf(seen.VisitorId), started, seen.PagesInSession);
        if (day.IsEmpty)
            Days.Remove(day);
    }

    // Observations of a session say how many pages there were so far; those that no earlier one has said are new.
    int NewPages(long visitor, DateTimeOffset started, int pages)
    {
        foreach (var known in Sessions)
        {
            if (known.Visitor != visitor || known.StartedAt != started)
                continue;
            var more = Math.Max(0, pages - known.Pages);
            known.Pages += more;
            return more;
        }
        if (Sessions.Count == MaxSessions)
        {
            var oldest = Sessions.MinBy(s => s.StartedAt)!;
            if (oldest.StartedAt >= started)
                return 0;
            Sessions.Remove(oldest);
        }
        Sessions.Add(new CustomerSession { Visitor = visitor, StartedAt = started, Pages = Math.Max(0, pages) });
        return Math.Max(0, pages);
    }

    // Null when it was too long ago to be asked for ever again.
    CustomerDay? DayAt(DateTimeOffset at, DateTimeOffset now)
    {
        var (day, oldest) = (DayOf(at), DayOf(now) - DaysKept + 1);
        var gone = 0;
        while (gone < Days.Count && Days[gone].Day < oldest)
            gone++;
        Days.RemoveRange(0, gone);
        if (day < oldest)
            return null;
        var place = Days.Count;
        while (place > 0 && Days[place - 1].Day > day)
            place--;
        if (place > 0 && Days[place - 1].Day == day)
            return Days[place - 1];
        var added = new CustomerDay { Day = day };
        Days.Insert(place, added);
        return added;
    }

    // Nearly always it is one of the last day's.
    bool CanKeep(string currency)
    {
        for (var i = Days.Count - 1; i >= 0; i--)
        {
            if (Days[i].Spent?.ContainsKey(currency) is true)
                return true;
        }
        return Days.SelectMany(d => d.Spent?.Keys ?? Enumerable.Empty<string>()).Distinct(StringComparer.Ordinal).Take(MaxCurrencies).Count() < MaxCurrencies;
    }

    static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one <= other ? one : other;

    static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one is { } known && known > other ? known : other;
}
