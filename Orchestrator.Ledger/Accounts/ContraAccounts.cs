namespace Orchestrator.Ledger.Accounts;

/// <summary>
/// The ledger's own accounts: one clearing and one settlement account a currency and lane, so that a lane writes no account of another lane.
/// The colon keeps their names apart from every customer's account.
/// </summary>
public static class ContraAccounts
{
    /// <summary>The account of <paramref name="kind"/> that lane <paramref name="partition"/> owns, before anything was posted to it.</summary>
    public static AccountState New(AccountKind kind, string currency, int partition, DateTimeOffset openedAt) =>
        new(Name(kind, currency, partition), kind, null, currency, 0, null, 0, AccountState.NoCounters, openedAt);

    /// <summary>For instance <c>clearing:EUR:3</c>.</summary>
    public static string Name(AccountKind kind, string currency, int partition) => kind switch
    {
        AccountKind.Clearing => $"clearing:{currency}:{partition}",
        AccountKind.Settlement => $"settlement:{currency}:{partition}",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a customer's account has no such name"),
    };

    /// <summary>What the names of lane <paramref name="partition"/> end with.</summary>
    public static string Suffix(int partition) => $":{partition}";
}
