namespace Orchestrator.Ledger.Reconciliation;

/// <summary>One line of an external statement.</summary>
/// <param name="Number">The line of a CSV, the entry of a camt.053, from 1.</param>
/// <param name="Reference">What the bank knows it by; may be empty.</param>
/// <param name="AmountMinor">Minor units as the house sees them: above zero came in, below zero went out; never zero.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="BookedOn">The day on which the bank booked it.</param>
/// <param name="Text">What the bank says about it, for people.</param>
public sealed record StatementLine(int Number, string Reference, long AmountMinor, string Currency, DateOnly BookedOn, string? Text)
{
    /// <summary>The longest reference, in characters.</summary>
    public const int MaxReferenceLength = 512;

    /// <summary>The longest text, in characters.</summary>
    public const int MaxTextLength = 1_000;
}

/// <summary>A row that cannot be taken as a line, and why.</summary>
/// <param name="Line">Where it is, as <see cref="StatementLine.Number"/>.</param>
/// <param name="Code">A stable name, of <see cref="BadRowCodes"/>.</param>
/// <param name="Field">The column or element; empty for the whole row.</param>
/// <param name="Detail">What is expected, for people; never the value itself.</param>
public sealed record BadRow(int Line, string Code, string Field, string Detail);

/// <summary>A row of a statement: a line, or what is wrong with it.</summary>
/// <param name="Number">Where it is, as <see cref="StatementLine.Number"/>.</param>
/// <param name="Line">Null when there is an error.</param>
/// <param name="Error">Null when there is none.</param>
public sealed record StatementRow(int Number, StatementLine? Line, BadRow? Error);

/// <summary>What a statement says about itself, known once its last row is read.</summary>
public sealed class StatementHead
{
    /// <summary>The account's currency; null when the statement does not say.</summary>
    public string? Currency { get; internal set; }

    /// <summary>The first day; null when the statement does not say.</summary>
    public DateOnly? From { get; internal set; }

    /// <summary>The last day; null when the statement does not say.</summary>
    public DateOnly? To { get; internal set; }
}

/// <summary>Why a row is skipped.</summary>
public static class BadRowCodes
{
    /// <summary>More characters than a line may have.</summary>
    public const string LineTooLong = "line_too_long";

    /// <summary>Another number of columns than the header.</summary>
    public const string WrongColumns = "wrong_columns";

    /// <summary>A quote is not closed, or text follows a closed one.</summary>
    public const string BadQuotes = "bad_quotes";

    /// <summary>A required field is empty or not there.</summary>
    public const string MissingField = "missing_field";

    /// <summary>A field is there more than once.</summary>
    public const string RepeatedField = "repeated_field";

    /// <summary>Not a number as it is written here.</summary>
    public const string InvalidNumber = "invalid_number";

    /// <summary>More decimals than the currency has.</summary>
    public const string TooManyDecimals = "too_many_decimals";

    /// <summary>Zero, or more than an amount may be.</summary>
    public const string AmountOutOfRange = "amount_out_of_range";

    /// <summary>Not an active currency of ISO 4217.</summary>
    public const string UnknownCurrency = "unknown_currency";

    /// <summary>Not a day from 1970 to 2200.</summary>
    public const string InvalidDate = "invalid_date";

    /// <summary>Neither a credit nor a debit.</summary>
    public const string InvalidDirection = "invalid_direction";

    /// <summary>The bank has not booked it (yet).</summary>
    public const string NotBooked = "not_booked";

    /// <summary>A text is longer than it may be.</summary>
    public const string TextTooLong = "text_too_long";

    /// <summary>A text has control characters.</summary>
    public const string ControlCharacters = "control_characters";

    /// <summary>Bytes that are no text in the file's encoding.</summary>
    public const string UnreadableText = "unreadable_text";
}
