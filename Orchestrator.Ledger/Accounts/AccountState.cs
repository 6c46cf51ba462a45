using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Accounts;

/// <summary>An account as the fold of its events.</summary>
/// <param name="AccountId">Its id for ever.</param>
/// <param name="Kind">Whose it is.</param>
/// <param name="CustomerId">The owner; null for the ledger's own accounts.</param>
/// <param name="Currency">ISO 4217 code of every amount on it.</param>
/// <param name="OverdraftMinor">How far below zero the available balance may go.</param>
/// <param name="PerTransactionMinor">The most that one hold may take; none when null.</param>
/// <param name="Version">How many events it has had.</param>
/// <param name="Counters">What they add up to.</param>
/// <param name="OpenedAt">When, UTC.</param>
/// <param name="Status">What may be done with it.</param>
/// <param name="PerDayMinor">The most that may leave it in a day, what is held counted; none when null.</param>
/// <param name="SpentOn">The last day (UTC) on which something left it; kept where there is a limit per day.</param>
/// <param name="SpentMinor">What left it on that day.</param>
public sealed record AccountState(
    string AccountId,
    AccountKind Kind,
    string? CustomerId,
    string Currency,
    long OverdraftMinor,
    long? PerTransactionMinor,
    long Version,
    AccountCounters Counters,
    DateTimeOffset OpenedAt,
    AccountStatus Status = AccountStatus.Open,
    long? PerDayMinor = null,
    DateOnly? SpentOn = null,
    long SpentMinor = 0)
{
    /// <summary>What has left the account on <paramref name="day"/> (UTC), in minor units; known where there is a limit per day.</summary>
    public long SpentOnDay(DateOnly day) => SpentOn == day ? SpentMinor : 0;

    /// <summary>All counters at zero.</summary>
    public static AccountCounters NoCounters { get; } = new(0, 0, 0, 0);

    /// <summary>What can still be held, in minor units: credits less debits, pending ones counted, plus the overdraft.</summary>
    public long AvailableMinor => Available(Counters, OverdraftMinor);

    /// <summary>Whether there is no money on it and nothing pending.</summary>
    public bool IsEmpty => Counters is { DebitsPendingMinor: 0, CreditsPendingMinor: 0 } && Counters.DebitsPostedMinor == Counters.CreditsPostedMinor;

    /// <summary>See <see cref="AvailableMinor"/>; at most <see cref="long.MaxValue"/>, though credits and overdraft together can be more.</summary>
    public static long Available(AccountCounters counters, long overdraftMinor) => (long)Int128.Min(
        long.MaxValue, (Int128)counters.CreditsPostedMinor - counters.DebitsPostedMinor - counters.DebitsPendingMinor + overdraftMinor);
}

/// <summary>What may be done with an account. The numbers are stored.</summary>
[JsonConverter(typeof(NamedEnumConverter<AccountStatus>))]
public enum AccountStatus : short
{
    /// <summary>Everything within its limits.</summary>
    [JsonStringEnumMemberName("open")] Open = 0,

    /// <summary>No new holds.</summary>
    [JsonStringEnumMemberName("frozen")] Frozen = 1,

    /// <summary>Nothing, for ever.</summary>
    [JsonStringEnumMemberName("closed")] Closed = 2,
}

/// <summary>Whose an account is. The numbers are stored.</summary>
public enum AccountKind : short
{
    /// <summary>A customer's.</summary>
    Customer = 0,

    /// <summary>A lane's: between the credit of a destination and the capture of a source. Zero over all lanes once nothing is under way.</summary>
    Clearing = 1,

    /// <summary>A lane's: stands for the world outside, where initial balances and deposits come from and withdrawals go.</summary>
    Settlement = 2,

    /// <summary>A lane's: what the house has earned by fees.</summary>
    Fee = 3,

    /// <summary>A lane's: what is still to be clarified.</summary>
    Suspense = 4,
}
