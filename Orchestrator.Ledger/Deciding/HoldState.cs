namespace Orchestrator.Ledger.Deciding;

/// <summary>A hold: an amount of an account that is reserved until it is resolved, once.</summary>
/// <param name="HoldId">The id of the command that placed it.</param>
/// <param name="AccountId">The account.</param>
/// <param name="AmountMinor">Minor units of the account's currency.</param>
/// <param name="Resolution">What became of it.</param>
public sealed record HoldState(Guid HoldId, string AccountId, long AmountMinor, HoldResolution Resolution);

/// <summary>What became of a hold.</summary>
public enum HoldResolution
{
    /// <summary>Nothing yet: its amount is pending.</summary>
    Open,

    /// <summary>Its amount was taken off the account.</summary>
    Captured,

    /// <summary>Its amount was given back.</summary>
    Released,
}
