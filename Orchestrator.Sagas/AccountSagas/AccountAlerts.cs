namespace Orchestrator.Sagas.AccountSagas;

/// <summary>The kinds of alerts that the account saga raises.</summary>
public static class AccountAlerts
{
    /// <summary>An application waits for a person.</summary>
    public const string Opening = "account_opening";

    /// <summary>An account was frozen, or still is.</summary>
    public const string Frozen = "account_frozen";

    /// <summary>An account is dormant.</summary>
    public const string Dormant = "account_dormant";

    /// <summary>The ledger does not answer.</summary>
    public const string Stuck = "account_stuck";

    /// <summary>How urgent it is, 0 to 1000: customers wait for their money, or for their account.</summary>
    public static int ScoreOf(string kind) => kind switch { Frozen => 800, Opening => 600, Dormant => 200, _ => 0 };

    /// <summary>Whether the account saga raises alerts of <paramref name="kind"/>.</summary>
    public static bool IsOwn(string kind) => kind is Opening or Frozen or Dormant or Stuck;
}
