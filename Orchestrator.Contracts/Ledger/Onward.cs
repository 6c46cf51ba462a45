namespace Orchestrator.Contracts.Ledger;

/// <summary>
/// What the ledger does by itself once a hold is placed: it credits the destination, then captures the hold (a routing slip). What the steps do
/// follows from their ids, so the whole is taken once however often it is asked for.
/// </summary>
/// <param name="DestinationAccountId">The account that is credited.</param>
/// <param name="CreditId">The id of the <see cref="Credit"/>.</param>
/// <param name="CaptureId">The id of the <see cref="CaptureHold"/>.</param>
public sealed record TransferOnward(string DestinationAccountId, Guid CreditId, Guid CaptureId)
{
    internal void Validate(ContractErrors errors)
    {
        errors.AccountId(DestinationAccountId, "onward.destinationAccountId");
        errors.Id(CreditId, "onward.creditId");
        errors.Id(CaptureId, "onward.captureId");
    }
}

/// <summary>What the ledger does by itself once an amount is credited: it captures the hold that stands for it.</summary>
/// <param name="AccountId">The account that the hold is on.</param>
/// <param name="HoldId">The hold.</param>
/// <param name="CaptureId">The id of the <see cref="CaptureHold"/>.</param>
/// <param name="HoldPlacedAt">When the hold was placed, UTC.</param>
/// <param name="TransferId">
/// The id of the <see cref="Transfer"/> or <see cref="Reverse"/> that it is a step of: then the ledger also gives the hold back when the credit is refused.
/// </param>
/// <param name="ChainId">The id of the <see cref="LinkedTransfers"/> that the transfer is one of; null when it stands alone.</param>
/// <param name="AmountMinor">What is captured, minor units, when it is a part of the hold: then the rest is available again; null for all of it.</param>
public sealed record CaptureOnward(
    string AccountId, Guid HoldId, Guid CaptureId, DateTimeOffset HoldPlacedAt, Guid? TransferId = null, Guid? ChainId = null, long? AmountMinor = null)
{
    internal void Validate(ContractErrors errors)
    {
        errors.AccountId(AccountId, "onward.accountId");
        errors.Id(HoldId, "onward.holdId");
        errors.Id(CaptureId, "onward.captureId");
        errors.Instant(HoldPlacedAt, "onward.holdPlacedAt");
        if (AmountMinor is { } amount)
            errors.Amount(amount, "onward.amountMinor");
    }
}

/// <summary>When the steps that went before were taken, for the one who is answered at the end.</summary>
/// <param name="HoldPlacedAt">When the hold was placed, UTC.</param>
/// <param name="CreditedAt">When the destination was credited, UTC; null when it was not.</param>
/// <param name="TransferId">The id of the <see cref="Transfer"/> or <see cref="Reverse"/> that they are steps of; null when somebody asked for the steps.</param>
public sealed record TransferTrail(DateTimeOffset HoldPlacedAt, DateTimeOffset? CreditedAt = null, Guid? TransferId = null);
