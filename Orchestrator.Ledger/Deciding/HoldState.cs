namespace Orchestrator.Ledger.Deciding;

/// <summary>A hold: an amount of an account that is reserved until it is resolved, once.</summary>
/// <param name="HoldId">The id of the command that placed it.</param>
/// <param name="AccountId">The account.</param>
/// <param name="AmountMinor">Minor units of the account's currency.</param>
/// <param name="Resolution">What became of it.</param>
/// <param name="ExpiresAt">When it expires, UTC; null when it does not.</param>
/// <param name="CounterpartyAccountId">Who is to receive the amount, where that was said.</param>
/// <param name="ReversesTransactionId">The transaction that its capture undoes.</param>
/// <param name="ReleasedBecause">Why it was released, where that was said.</param>
/// <param name="ChainId">The linked transfers that it is one hold of, and which alone resolve it; null for most.</param>
public sealed record HoldState(
    Guid HoldId,
    string AccountId,
    long AmountMinor,
    HoldResolution Resolution,
    DateTimeOffset? ExpiresAt = null,
    string? CounterpartyAccountId = null,
    Guid? ReversesTransactionId = null,
    string? ReleasedBecause = null,
    Guid? ChainId = null);

/// <summary>What became of a hold.</summary>
public enum HoldResolution
{
    /// <summary>Nothing yet: its amount is pending.</summary>
    Open,

    /// <summary>Its amount was taken off the account.</summary>
    Captured,

    /// <summary>Its amount was given back.</summary>
    Released,

    /// <summary>Its amount was given back because its time was over.</summary>
    Expired,
}
