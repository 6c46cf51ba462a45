using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Accounts;

/// <summary>
/// The ledger's own accounts: clearing, settlement, fee and suspense, one of each a currency and lane, so that a lane writes no account of another lane.
/// The colon keeps their names apart from every customer's account.
/// </summary>
public static class ContraAccounts
{
    /// <summary>The account of <paramref name="kind"/> that lane <paramref name="partition"/> owns, before anything was posted to it.</summary>
    public static AccountState New(AccountKind kind, string currency, int partition, DateTimeOffset openedAt) =>
        new(Name(kind, currency, partition), kind, null, currency, 0, null, 0, AccountState.NoCounters, openedAt);

    /// <summary>For instance <c>clearing:EUR:3</c>.</summary>
    public static string Name(AccountKind kind, string currency, int partition) => $"{Prefix(kind)}:{currency}:{partition}";

    /// <summary>Whose the account of that name is: the reverse of <see cref="Name"/>.</summary>
    public static AccountKind KindOf(string accountId) => accountId.AsSpan(0, Math.Max(0, accountId.IndexOf(':', StringComparison.Ordinal))) switch
    {
        "clearing" => AccountKind.Clearing,
        "settlement" => AccountKind.Settlement,
        "fee" => AccountKind.Fee,
        "suspense" => AccountKind.Suspense,
        _ => AccountKind.Customer,
    };

    /// <summary>The kind of account at the other side of a posting.</summary>
    public static AccountKind KindOf(PostingPurpose purpose) => purpose switch
    {
        PostingPurpose.Transfer => AccountKind.Clearing,
        PostingPurpose.Settlement => AccountKind.Settlement,
        PostingPurpose.Fee => AccountKind.Fee,
        PostingPurpose.Suspense => AccountKind.Suspense,
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "no account is known for it"),
    };

    static string Prefix(AccountKind kind) => kind switch
    {
        AccountKind.Clearing => "clearing",
        AccountKind.Settlement => "settlement",
        AccountKind.Fee => "fee",
        AccountKind.Suspense => "suspense",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a customer's account has no such name"),
    };

    /// <summary>What the names of lane <paramref name="partition"/> end with.</summary>
    public static string Suffix(int partition) => $":{partition}";
}
