namespace Orchestrator.Ledger.Linked;

/// <summary>What an account has agreed to. The numbers are stored.</summary>
enum LegState : short
{
    /// <summary>The hold stands, or the promise.</summary>
    Agreed = 0,

    /// <summary>The amount was taken. Of payees; a payer's leg ends with its hold.</summary>
    Taken = 1,

    /// <summary>The chain is given up.</summary>
    GivenUp = 2,
}

/// <summary>An account's part in a linked transfer.</summary>
/// <param name="TransferId">The transfer.</param>
/// <param name="Side">Whose part.</param>
/// <param name="ChainId">The chain. A transfer is of one chain for ever.</param>
/// <param name="AccountId">The account.</param>
/// <param name="State">What it has agreed to.</param>
sealed record LinkedLeg(Guid TransferId, LegSide Side, Guid ChainId, string AccountId, LegState State);
