namespace Orchestrator.Ledger.Statements;

/// <summary>A statement without its entries: what an account's month adds up to.</summary>
/// <param name="Month">For instance <c>2026-03</c>; UTC.</param>
/// <param name="Status"><c>open</c>; <c>closing</c> while the month is closed and not everything that was recorded before is read yet; <c>closed</c> for ever.</param>
/// <param name="ClosedAt">When the month was closed, UTC; absent while it is open.</param>
/// <param name="OpeningBalanceMinor">What was on the account before the first entry, minor units.</param>
/// <param name="CreditsMinor">What entries added, minor units.</param>
/// <param name="DebitsMinor">What entries took off, minor units; not negative.</param>
/// <param name="ClosingBalanceMinor">What was on the account after the last entry, minor units.</param>
/// <param name="EntryCount">How many entries there are.</param>
public sealed record StatementSummary(
    string Month,
    string Status,
    DateTimeOffset? ClosedAt,
    long OpeningBalanceMinor,
    long CreditsMinor,
    long DebitsMinor,
    long ClosingBalanceMinor,
    long EntryCount);

/// <summary>A statement: an account's calendar month.</summary>
/// <param name="AccountId">The account; masked where that was asked for.</param>
/// <param name="CustomerId">The customer who owns it.</param>
/// <param name="Currency">ISO 4217 code of every amount.</param>
/// <param name="Month">For instance <c>2026-03</c>; UTC.</param>
/// <param name="Status">See <see cref="StatementSummary"/>.</param>
/// <param name="ClosedAt">When the month was closed, UTC; absent while it is open.</param>
/// <param name="OpeningBalanceMinor">What was on the account before the first entry, minor units.</param>
/// <param name="CreditsMinor">What entries added, minor units.</param>
/// <param name="DebitsMinor">What entries took off, minor units; not negative.</param>
/// <param name="ClosingBalanceMinor">What was on the account after the last entry, minor units.</param>
/// <param name="EntryCount">How many entries there are.</param>
/// <param name="Entries">In the order in which the ledger recorded them.</param>
public sealed record Statement(
    string AccountId,
    string? CustomerId,
    string Currency,
    string Month,
    string Status,
    DateTimeOffset? ClosedAt,
    long OpeningBalanceMinor,
    long CreditsMinor,
    long DebitsMinor,
    long ClosingBalanceMinor,
    long EntryCount,
    IAsyncEnumerable<StatementEntry> Entries);

/// <summary>One entry of a statement.</summary>
/// <param name="Version">The account's version that the event made: it names the event.</param>
/// <param name="EffectiveAt">When it happened in the business, UTC.</param>
/// <param name="RecordedAt">When the ledger recorded it, UTC.</param>
/// <param name="Late">Whether it belongs to an earlier month by its effective time, which was closed when it was recorded.</param>
/// <param name="Type">The event's type, for instance <c>credited</c>.</param>
/// <param name="AmountMinor">What it changed the balance by, minor units; negative when it took off.</param>
/// <param name="BalanceMinor">The balance after it, in the order of the statement, minor units.</param>
/// <param name="CounterpartyAccountId">The account at the other end, where it is known; masked where that was asked for.</param>
/// <param name="TransactionId">On whose behalf, when there is one.</param>
/// <param name="ReversesTransactionId">The transaction that it undoes, when it does.</param>
/// <param name="Reason">Why, where somebody said so.</param>
public sealed record StatementEntry(
    long Version,
    DateTimeOffset EffectiveAt,
    DateTimeOffset RecordedAt,
    bool Late,
    string Type,
    long AmountMinor,
    long BalanceMinor,
    string? CounterpartyAccountId,
    Guid? TransactionId,
    Guid? ReversesTransactionId,
    string? Reason);
