using System.Buffers;
using System.Globalization;
using Orchestrator.Contracts;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>Checks the fields of one row, whatever its format, and keeps the first thing that is wrong.</summary>
sealed class StatementFields(int number)
{
    const char Unreadable = '\uFFFD';

    static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c)]);

    /// <summary>The first error; null while all was well.</summary>
    public BadRow? Error { get; private set; }

    /// <summary>Notes an error, unless there is one.</summary>
    public void Refuse(string code, string field, string detail) => Error ??= new BadRow(number, code, field, detail);

    /// <summary>A text that may be empty.</summary>
    public void Text(string? text, string field, int maxLength)
    {
        if (text is null)
            return;
        if (text.Length > maxLength)
            Refuse(BadRowCodes.TextTooLong, field, $"at most {maxLength} characters");
        else if (text.AsSpan().ContainsAny(Controls))
            Refuse(BadRowCodes.ControlCharacters, field, "no control characters");
        else if (text.Contains(Unreadable))
            Refuse(BadRowCodes.UnreadableText, field, "text in the file's encoding: UTF-8 unless it says otherwise");
    }

    /// <summary>A currency that is known; EUR when there is an error, so that the rest can be checked.</summary>
    public string Currency(string? text, string field)
    {
        if (Required(text, field) && !Currencies.IsKnown(text))
            Refuse(BadRowCodes.UnknownCurrency, field, "an ISO 4217 alphabetic code, upper case");
        return Error is null ? text! : "EUR";
    }

    /// <summary>An amount with a decimal point, in minor units of <paramref name="currency"/>.</summary>
    public long Amount(string? text, string field, string currency, bool zerosMayFollow)
    {
        var digits = Error is null ? Currencies.MinorDigits(currency) : 0;
        return Minor(text, field, digits, zerosMayFollow, $"an amount with a decimal point and at most {digits} decimals");
    }

    /// <summary>A whole number of minor units.</summary>
    public long AmountMinor(string? text, string field) => Minor(text, field, digits: 0, zerosMayFollow: false, "a whole number of minor units");

    /// <summary>A day, written <c>yyyy-MM-dd</c>; with a time behind it only where <paramref name="timeMayFollow"/>.</summary>
    public DateOnly Day(string? text, string field, bool timeMayFollow = false)
    {
        if (!Required(text, field) || !TryDay(text!, timeMayFollow, out var day))
        {
            Refuse(BadRowCodes.InvalidDate, field, "a day from 1970 to 2200, as in 2026-03-02");
            return default;
        }
        return day;
    }

    /// <summary>See <see cref="Day"/>.</summary>
    public static bool TryDay(string text, bool timeMayFollow, out DateOnly day)
    {
        const int Length = 10;
        var written = timeMayFollow && text.Length > Length && text[Length] is 'T' or 'Z' or '+' or '-' ? text.AsSpan(0, Length) : text;
        return DateOnly.TryParseExact(written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && day.Year is >= 1970 and <= 2200;
    }

    bool Required(string? text, string field)
    {
        if (!string.IsNullOrWhiteSpace(text))
            return true;
        Refuse(BadRowCodes.MissingField, field, "a value that is not empty");
        return false;
    }

    long Minor(string? text, string field, int digits, bool zerosMayFollow, string expected)
    {
        if (!Required(text, field) || Error is not null)
            return 0;
        if (DecimalAmount.Read(text, digits, zerosMayFollow, out var minor) is { } code)
            Refuse(code, field, code == BadRowCodes.AmountOutOfRange ? $"not zero, and at most {ContractErrors.MaxAmountMinor} minor units" : expected);
        return minor;
    }
}
