namespace Orchestrator.Ledger.Formats;

/// <summary>Hides most of an account's number, so that a statement can be shown to others.</summary>
public static class AccountMask
{
    const int MostShown = 4;
    const string Hidden = "****";

    /// <summary>The last characters alone, never more than a third of them; how long the number is does not show.</summary>
    public static string Of(string accountId) => Hidden + accountId[^Math.Min(MostShown, accountId.Length / 3)..];
}
