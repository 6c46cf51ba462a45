namespace Orchestrator.Ledger.Deciding;

/// <summary>A credit that may be undone.</summary>
/// <param name="CreditId">The id of its command.</param>
/// <param name="AccountId">The account that received.</param>
/// <param name="SenderAccountId">The account that paid.</param>
/// <param name="AmountMinor">Minor units of the account's currency.</param>
/// <param name="TransactionId">On whose behalf.</param>
/// <param name="Reversed">Whether it was undone, or is being undone.</param>
public sealed record ReceivedTransfer(Guid CreditId, string AccountId, string SenderAccountId, long AmountMinor, Guid TransactionId, bool Reversed);
