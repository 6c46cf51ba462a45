namespace Orchestrator.Ledger.Reconciliation;

/// <summary>One entry of a camt.053 as it is read.</summary>
sealed class CamtEntry(int number)
{
    // What banks write where the payer gave no reference (EPC rulebooks).
    const string NotProvided = "NOTPROVIDED";

    readonly StatementFields _fields = new(number);
    readonly List<string> _references = [];
    readonly Dictionary<CamtField, string> _values = [];
    string? _currency;
    string? _text;

    /// <summary>The currency of the amount that follows.</summary>
    public void AmountIn(string? currency) => _currency ??= currency;

    /// <summary>An element of the entry has ended.</summary>
    /// <param name="field">Which.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">What was in it, trimmed.</param>
    /// <param name="cut">Whether there was more than is kept.</param>
    public void Take(CamtField field, string name, string value, bool cut)
    {
        if (cut)
            _fields.Refuse(BadRowCodes.TextTooLong, name, $"at most {StatementLine.MaxTextLength} characters");
        switch (field)
        {
            case CamtField.Text:
                _text ??= value.Length > 0 ? value : null;
                break;
            case CamtField.EntryReference or CamtField.ServicerReference or CamtField.EndToEndId:
                if (value.Length > 0 && value is not NotProvided && !_references.Contains(value, StringComparer.Ordinal))
                    _references.Add(value);
                break;
            default:
                if (!_values.TryAdd(field, value))
                    _fields.Refuse(BadRowCodes.RepeatedField, name, "once in an entry");
                break;
        }
    }

    /// <summary>The line, or what is wrong with the entry.</summary>
    public StatementRow Row()
    {
        // An entry that stands for many payments has many references; as much of them as a line may have.
        var reference = string.Join(' ', _references);
        if (reference.Length > StatementLine.MaxReferenceLength && _references.Count > 1)
            reference = reference[..reference.LastIndexOf(' ', StatementLine.MaxReferenceLength)];
        _fields.Text(reference, "NtryRef", StatementLine.MaxReferenceLength);
        _fields.Text(_text, "Ustrd", StatementLine.MaxTextLength);
        var currency = _fields.Currency(_currency, "Amt/@Ccy");
        var amount = _fields.Amount(_values.GetValueOrDefault(CamtField.Amount), "Amt", currency, zerosMayFollow: true);
        if (amount < 0)
            _fields.Refuse(BadRowCodes.InvalidNumber, "Amt", "no sign: CdtDbtInd says which way it went");
        var direction = _values.GetValueOrDefault(CamtField.Direction);
        if (direction is not ("CRDT" or "DBIT"))
            _fields.Refuse(BadRowCodes.InvalidDirection, "CdtDbtInd", "CRDT or DBIT");
        if (_values.GetValueOrDefault(CamtField.Status, "BOOK") is not "BOOK")
            _fields.Refuse(BadRowCodes.NotBooked, "Sts", "BOOK: only what is booked is reconciled");
        var bookedOn = _fields.Day(
            _values.GetValueOrDefault(CamtField.BookedOn) ?? _values.GetValueOrDefault(CamtField.ValuedOn), "BookgDt", timeMayFollow: true);
        return _fields.Error is { } error
            ? new StatementRow(number, null, error)
            : new StatementRow(number, new StatementLine(number, reference, direction is "CRDT" ? amount : -amount, currency, bookedOn, _text), null);
    }
}
