using System.Text;
using System.Xml;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>
/// A statement as ISO 20022 camt.053.001.02 or .08, read as a stream: no document type, nothing external, nothing larger than
/// <see cref="MaxNodeBytes"/> at once. Each entry is a line; a credit came in.
/// </summary>
sealed class Camt053Statement(StatementHead head)
{
    /// <summary>The most bytes of one node: a tag with its attributes, a text.</summary>
    public const int MaxNodeBytes = 1 << 20;

    const int MaxDepth = 64;
    const string Version02 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02";
    const string Version08 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

    static readonly CamtElement Tree02 = CamtElement.Tree(codedStatus: false);
    static readonly CamtElement Tree08 = CamtElement.Tree(codedStatus: true);

    readonly Stack<CamtElement?> _open = new();
    readonly StringBuilder _text = new();
    CamtEntry? _entry;
    string _namespace = "";
    int _entries;
    bool _cut;

    /// <summary>Reads entry by entry.</summary>
    /// <exception cref="StatementException">It is no such statement.</exception>
    public IEnumerable<StatementRow> Read(Stream file)
    {
        var guarded = new GuardedStream(file, MaxNodeBytes);
        using var reader = XmlReader.Create(guarded, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersFromEntities = 1,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CloseInput = false,
        });
        while (Next(reader))
        {
            guarded.Allow();
            if (Take(reader) is { } row)
                yield return row;
        }
    }

    static bool Next(XmlReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (XmlException e)
        {
            throw NotXml(e);
        }
    }

    StatementRow? Take(XmlReader reader)
    {
        try
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var empty = reader.IsEmptyElement;
                    Begin(reader);
                    return empty ? End(reader.LocalName) : null;
                case XmlNodeType.EndElement:
                    return End(reader.LocalName);
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when _open.TryPeek(out var at) && at is { Field: not CamtField.None }:
                    Append(reader.Value);
                    return null;
                default:
                    return null;
            }
        }
        catch (XmlException e)
        {
            throw NotXml(e);
        }
    }

    void Begin(XmlReader reader)
    {
        if (_open.Count == 0)
        {
            _namespace = reader.NamespaceURI;
            if (reader.LocalName != "Document" || _namespace is not (Version02 or Version08))
                throw new StatementException(StatementException.Codes.UnknownSchema, "a Document of camt.053.001.02 or camt.053.001.08");
        }
        if (_open.Count == MaxDepth)
            throw new StatementException(StatementException.Codes.XmlTooLarge, $"elements are nested at most {MaxDepth} deep");
        var parent = _open.Count == 0 ? (_namespace == Version08 ? Tree08 : Tree02) : _open.Peek();
        var element = reader.NamespaceURI == _namespace ? parent?.Child(reader.LocalName) : null;
        _open.Push(element);
        _text.Clear();
        _cut = false;
        switch (element?.Field)
        {
            case CamtField.Entry:
                _entry = new CamtEntry(++_entries);
                break;
            case CamtField.Amount:
                _entry!.AmountIn(reader.GetAttribute("Ccy"));
                break;
        }
    }

    StatementRow? End(string name)
    {
        var field = _open.Pop()?.Field ?? CamtField.None;
        var value = _text.ToString().Trim();
        _text.Clear();
        switch (field)
        {
            case CamtField.None or CamtField.Statement:
                return null;
            case CamtField.Entry:
                return _entry!.Row();
            case CamtField.AccountCurrency:
                Currency(value);
                return null;
            case CamtField.From:
                var from = Period(value);
                head.From = head.From is { } first && first < from ? first : from;
                return null;
            case CamtField.To:
                var to = LastDay(value);
                head.To = head.To is { } last && last > to ? last : to;
                return null;
            default:
                _entry!.Take(field, name, value, _cut);
                return null;
        }
    }

    void Append(string text)
    {
        var room = Math.Min(text.Length, StatementLine.MaxTextLength - _text.Length);
        _cut |= room < text.Length;
        _text.Append(text, 0, room);
    }

    void Currency(string currency)
    {
        if (!Contracts.Currencies.IsKnown(currency))
            throw new StatementException(StatementException.Codes.UnknownSchema, "Acct/Ccy is an ISO 4217 alphabetic code, upper case");
        if (head.Currency is { } first && first != currency)
            throw new StatementException(StatementException.Codes.SeveralCurrencies, "the statements of one file are of one currency");
        head.Currency = currency;
    }

    static DateOnly Period(string value) => StatementFields.TryDay(value, timeMayFollow: true, out var day)
        ? day
        : throw new StatementException(StatementException.Codes.BadPeriod, "FrToDt has times from 1970 to 2200");

    // A period that ends at midnight ends with the day before, unless the bank writes every day so.
    DateOnly LastDay(string value)
    {
        var day = Period(value);
        return value.Contains("T00:00:00", StringComparison.Ordinal) && day > head.From ? day.AddDays(-1) : day;
    }

    static StatementException NotXml(XmlException e) => new(
        StatementException.Codes.NotXml, $"well-formed XML without a document type; line {e.LineNumber}, position {e.LinePosition}", inner: e);
}
