namespace Orchestrator.Ledger.Reconciliation;

/// <summary>An imported statement.</summary>
/// <param name="Id">Identifies it; later imports have larger ids.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Format"><c>csv</c> or <c>camt053</c>.</param>
/// <param name="Currency">ISO 4217 code: of the account where the file says, else of most lines.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
/// <param name="Days">How many days a line and a posting may be apart where they match by amount alone.</param>
/// <param name="Lines">How many lines it has.</param>
/// <param name="Skipped">How many rows could not be read.</param>
/// <param name="ImportedAt">When, UTC.</param>
/// <param name="ImportedBy">By whom.</param>
public sealed record StatementView(
    Guid Id, string Name, string Format, string Currency, DateOnly From, DateOnly To, int Days, int Lines, int Skipped,
    DateTimeOffset ImportedAt, string ImportedBy);

/// <summary>A statement with what came of it.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Open">How many breaks are open.</param>
/// <param name="Totals">Counts and sums by status, rule and currency.</param>
/// <param name="SkippedRows">The first rows that could not be read.</param>
public sealed record ReconciliationView(
    StatementView Statement, long Open, IReadOnlyList<ReconciliationTotal> Totals, IReadOnlyList<BadRow> SkippedRows);

/// <summary>The lines of one status, rule and currency.</summary>
/// <param name="Status">What was found at the import: <c>matched</c>, or the name of a break.</param>
/// <param name="Rule">How they were matched since: <c>exact</c>, <c>by_amount</c>, <c>by_hand</c>, <c>accepted</c>; absent when they were not.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Count">How many.</param>
/// <param name="SumMinor">Their sum, minor units: above zero came in.</param>
/// <param name="Open">How many of them are open breaks.</param>
/// <param name="OpenSumMinor">The sum of those.</param>
public sealed record ReconciliationTotal(string Status, string? Rule, string Currency, long Count, decimal SumMinor, long Open, decimal OpenSumMinor);

/// <summary>An open break.</summary>
/// <param name="Line">Its number: the line's, or one after the last line for what the statement lacks.</param>
/// <param name="Status"><c>amount_differs</c>, <c>currency_differs</c>, <c>duplicate_line</c>, <c>missing_in_ledger</c> or <c>missing_in_statement</c>.</param>
/// <param name="Reference">The line's; of what the statement lacks the transaction's or command's id.</param>
/// <param name="AmountMinor">The line's, minor units; of what the statement lacks the posting's. Above zero came in.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="BookedOn">When the bank booked it; of what the statement lacks when it took effect here.</param>
/// <param name="Text">What the bank says about it.</param>
/// <param name="Posting">The posting that it is about, where one is known.</param>
public sealed record BreakView(
    int Line, string Status, string Reference, long AmountMinor, string Currency, DateOnly BookedOn, string? Text, PostingView? Posting);

/// <summary>A posting against settlement.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Version">The account's version that it made.</param>
/// <param name="AmountMinor">Minor units: above zero came in.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="EffectiveAt">When it took effect, UTC.</param>
public sealed record PostingView(string AccountId, long Version, long AmountMinor, string Currency, DateTimeOffset EffectiveAt);
