using System.Globalization;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Cli.Publish;

/// <summary>Reads the fields of one line, and keeps the first thing that is wrong.</summary>
sealed class FieldReader(CsvRecord record)
{
    static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:sszzz",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd",
    ];

    /// <summary>The first error; null while all was well.</summary>
    public RowError? Error { get; private set; }

    public string Text(string column)
    {
        var text = record[column];
        if (text.Length == 0)
            Refuse(RowError.Codes.MissingField, column, "a text that is not empty");
        return text;
    }

    public string? Optional(string column) => record.Optional(column);

    public Guid Id(string column)
    {
        if (!Guid.TryParse(Text(column), out var id))
            Refuse(RowError.Codes.InvalidId, column, "a UUID");
        return id;
    }

    public long Whole(string column)
    {
        if (!long.TryParse(Text(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            Refuse(RowError.Codes.InvalidNumber, column, "a whole number");
        return number;
    }

    public double? Degrees(string column)
    {
        if (Optional(column) is not { } text)
            return null;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            Refuse(RowError.Codes.InvalidNumber, column, "a number of degrees");
        return number;
    }

    /// <summary>An amount with a decimal point, in minor units of <paramref name="currency"/>.</summary>
    public long Amount(string column, string currency)
    {
        var text = Text(column);
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var amount)
            || Math.Abs(amount) > ContractErrors.MaxAmountMinor)
        {
            Refuse(RowError.Codes.InvalidNumber, column, "an amount with a decimal point");
            return 0;
        }
        var minor = amount * (decimal)Math.Pow(10, Currencies.MinorDigits(currency));
        var whole = Math.Round(minor, MidpointRounding.ToEven);
        // Exports write 57.16 as 57.160000000000004; a real third decimal is another matter.
        if (Math.Abs(minor - whole) > 0.000_001m)
            Refuse(RowError.Codes.TooManyDecimals, column, $"at most {Currencies.MinorDigits(currency)} decimals in {currency}");
        return (long)whole;
    }

    /// <summary>ISO 8601, with a blank or a T before the time; UTC where no offset is given.</summary>
    public DateTimeOffset Time(string column)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParseExact(Text(column), TimeFormats, CultureInfo.InvariantCulture, Utc, out var time))
            Refuse(RowError.Codes.InvalidTime, column, "a time as in 2018-04-01 00:00:31 or 2018-04-01T00:00:31Z");
        return time;
    }

    public TransactionKind Kind(string column)
    {
        switch (Text(column))
        {
            case "transfer": return TransactionKind.Transfer;
            case "card": return TransactionKind.Card;
            case "cash_out": return TransactionKind.CashOut;
            case "payment": return TransactionKind.Payment;
            default:
                Refuse(RowError.Codes.UnknownKind, column, "transfer, card, cash_out or payment");
                return default;
        }
    }

    /// <summary>A whole number from 0 to <paramref name="most"/>; 0 where the file does not say.</summary>
    public int Label(string column, int most)
    {
        if (Optional(column) is not { } text)
            return 0;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var label) || label > most)
            Refuse(RowError.Codes.InvalidLabel, column, $"from 0 to {most}");
        return label;
    }

    /// <summary>The row: the transaction when all was well and its contract agrees.</summary>
    public FileRow Row(Func<TransactionSubmitted> transaction, FraudLabel? label = null)
    {
        if (Error is { } error)
            return new(record.Line, null, error);
        var made = transaction();
        var errors = ContractErrors.Of(made);
        return errors.None ? new(record.Line, made, null, label) : new(record.Line, null, RowError.Of(errors.All[0]));
    }

    void Refuse(string code, string column, string detail) => Error ??= new(code, column, detail);
}
