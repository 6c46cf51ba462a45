namespace Orchestrator.Sagas.Search;

/// <summary>Which transactions.</summary>
/// <param name="State">In this state, by its stored name; in any when null.</param>
/// <param name="AccountId">Which this account pays or receives.</param>
/// <param name="ChangedBefore">Which have not changed since then.</param>
/// <param name="ChangedAfter">Which have changed then or later.</param>
/// <param name="SubmittedFrom">Submitted then or later.</param>
/// <param name="SubmittedBefore">Submitted before then.</param>
/// <param name="Words">Whose reason, or what the assessment found, has these words, however they are capitalised.</param>
public sealed record TransactionFilter(
    string? State = null, string? AccountId = null, DateTimeOffset? ChangedBefore = null, DateTimeOffset? ChangedAfter = null, DateTimeOffset? SubmittedFrom = null,
    DateTimeOffset? SubmittedBefore = null, string? Words = null)
{
    /// <summary>Whether a transaction that is at hand is one of them.</summary>
    public bool Has(TransactionSagas.TransactionSaga saga) =>
        (State is null || saga.CurrentState == State)
        && (AccountId is null || saga.SourceAccountId == AccountId || saga.DestinationAccountId == AccountId)
        && (ChangedBefore is null || saga.UpdatedAt < ChangedBefore)
        && (ChangedAfter is null || saga.UpdatedAt >= ChangedAfter)
        && (SubmittedFrom is null || saga.SubmittedAt >= SubmittedFrom)
        && (SubmittedBefore is null || saga.SubmittedAt < SubmittedBefore)
        && (Words is null || Contains(saga.Reason, Words) || Contains(saga.Findings, Words) || Contains(saga.CancelReason, Words));

    /// <summary>Whether nothing but the account is asked for.</summary>
    public bool IsAccountAlone => this with { AccountId = null } == new TransactionFilter();

    static bool Contains(string? text, string words) => text is not null && text.Contains(words, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The ids that begin with some hexadecimal digits.</summary>
/// <param name="From">The first such id.</param>
/// <param name="To">The last such id.</param>
public readonly record struct IdRange(Guid From, Guid To)
{
    /// <summary>So many digits make a text a beginning of an id, and no word.</summary>
    public const int MinDigits = 8;

    /// <summary>Whether an id is one of them.</summary>
    public bool Has(Guid id) => id.CompareTo(From) >= 0 && id.CompareTo(To) <= 0;

    /// <summary>The ids that begin with <paramref name="text"/>; null when it is no beginning of one.</summary>
    public static IdRange? Of(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal);
        return digits.Length is >= MinDigits and <= 32 && digits.All(char.IsAsciiHexDigit)
            ? new IdRange(Guid.ParseExact(digits.PadRight(32, '0'), "N"), Guid.ParseExact(digits.PadRight(32, 'f'), "N"))
            : null;
    }
}
