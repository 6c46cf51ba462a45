using System.Text;
using Orchestrator.Ledger.Formats;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>
/// A statement as CSV. The header names <c>reference</c>, <c>amount</c> or <c>amountMinor</c>, <c>currency</c>, <c>bookedOn</c> and maybe
/// <c>text</c>, in any order; other columns are passed over. A record is one line, and so a quote that is never closed spoils its own line alone.
/// </summary>
static class CsvStatement
{
    /// <summary>The longest line, in characters.</summary>
    public const int MaxLineLength = 8 << 10;

    const string Reference = "reference";
    const string Amount = "amount";
    const string AmountMinor = "amountMinor";
    const string Currency = "currency";
    const string BookedOn = "bookedOn";
    const string Text = "text";

    /// <summary>Reads row by row; empty lines are passed over.</summary>
    /// <exception cref="StatementException">The header is none.</exception>
    public static IEnumerable<StatementRow> Read(Stream file)
    {
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, 64 << 10, leaveOpen: true);
        Columns? columns = null;
        var fields = new List<string>();
        foreach (var (count, line, tooLong) in TextLines.Read(reader, MaxLineLength))
        {
            var number = checked((int)count);
            if (columns is null)
                columns = Columns.Of(!tooLong && CsvFields.TrySplit(line, fields) ? fields : []);
            else if (tooLong)
                yield return Bad(number, BadRowCodes.LineTooLong, $"at most {MaxLineLength} characters");
            else if (string.IsNullOrWhiteSpace(line))
                continue;
            else if (!CsvFields.TrySplit(line, fields))
                yield return Bad(number, BadRowCodes.BadQuotes, "quotes in pairs around a whole field");
            else if (fields.Count != columns.Count)
                yield return Bad(number, BadRowCodes.WrongColumns, $"{columns.Count} columns as in the header");
            else
                yield return columns.Row(number, fields);
        }
        if (columns is null)
            throw new StatementException(StatementException.Codes.BadHeader, "the file is empty: its first line names the columns");
    }

    static StatementRow Bad(int number, string code, string detail) => new(number, null, new BadRow(number, code, "", detail));

    sealed class Columns
    {
        readonly Dictionary<string, int> _positions = new(StringComparer.OrdinalIgnoreCase);

        public int Count { get; private init; }

        public static Columns Of(List<string> header)
        {
            if (header.Count == 0 || header.TrueForAll(string.IsNullOrWhiteSpace))
                throw new StatementException(StatementException.Codes.BadHeader, "the first line does not name the columns");
            var columns = new Columns { Count = header.Count };
            for (var i = 0; i < header.Count; i++)
            {
                if (!columns._positions.TryAdd(header[i].Trim(), i))
                    throw new StatementException(StatementException.Codes.DuplicateColumn, "the header names a column twice");
            }
            string[] required = [Reference, columns.Has(AmountMinor) ? AmountMinor : Amount, Currency, BookedOn];
            if (Array.Find(required, name => !columns.Has(name)) is { } missing)
                throw new StatementException(StatementException.Codes.MissingColumn, $"the header lacks {missing}: it names reference, amount or amountMinor, currency, bookedOn, and maybe text");
            if (columns.Has(Amount) && columns.Has(AmountMinor))
                throw new StatementException(StatementException.Codes.DuplicateColumn, "amount or amountMinor, not both");
            return columns;
        }

        public StatementRow Row(int number, List<string> values)
        {
            var fields = new StatementFields(number);
            var reference = Value(values, Reference);
            fields.Text(reference, Reference, StatementLine.MaxReferenceLength);
            var currency = fields.Currency(Value(values, Currency), Currency);
            var amount = Has(AmountMinor)
                ? fields.AmountMinor(Value(values, AmountMinor), AmountMinor)
                : fields.Amount(Value(values, Amount), Amount, currency, zerosMayFollow: false);
            var bookedOn = fields.Day(Value(values, BookedOn), BookedOn);
            var text = Has(Text) ? Value(values, Text) : null;
            fields.Text(text, Text, StatementLine.MaxTextLength);
            return fields.Error is { } error
                ? new StatementRow(number, null, error)
                : new StatementRow(number, new StatementLine(number, reference, amount, currency, bookedOn, text is { Length: > 0 } ? text : null), null);
        }

        bool Has(string column) => _positions.ContainsKey(column);

        string Value(List<string> values, string column) => values[_positions[column]].Trim();
    }
}
