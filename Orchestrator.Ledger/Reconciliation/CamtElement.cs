namespace Orchestrator.Ledger.Reconciliation;

/// <summary>What an element of camt.053 is to us.</summary>
enum CamtField
{
    None, Statement, From, To, AccountCurrency,
    Entry, EntryReference, Amount, Direction, Status, BookedOn, ValuedOn, ServicerReference, EndToEndId, Text,
}

/// <summary>The elements that are read, as a tree of names; what is not in it is passed over.</summary>
sealed class CamtElement
{
    readonly Dictionary<string, CamtElement> _children = new(StringComparer.Ordinal);

    /// <summary>What it is.</summary>
    public CamtField Field { get; private set; }

    /// <summary>The tree of a version of camt.053, from above the root.</summary>
    /// <param name="codedStatus">Whether an entry's status is in an element of its own (.08), or right there (.02).</param>
    public static CamtElement Tree(bool codedStatus)
    {
        var root = new CamtElement();
        const string Statement = "Document/BkToCstmrStmt/Stmt";
        const string Entry = $"{Statement}/Ntry";
        root.Add(Statement, CamtField.Statement);
        root.Add($"{Statement}/FrToDt/FrDtTm", CamtField.From);
        root.Add($"{Statement}/FrToDt/ToDtTm", CamtField.To);
        root.Add($"{Statement}/Acct/Ccy", CamtField.AccountCurrency);
        root.Add(Entry, CamtField.Entry);
        root.Add($"{Entry}/NtryRef", CamtField.EntryReference);
        root.Add($"{Entry}/Amt", CamtField.Amount);
        root.Add($"{Entry}/CdtDbtInd", CamtField.Direction);
        root.Add(codedStatus ? $"{Entry}/Sts/Cd" : $"{Entry}/Sts", CamtField.Status);
        root.Add($"{Entry}/BookgDt/Dt", CamtField.BookedOn);
        root.Add($"{Entry}/BookgDt/DtTm", CamtField.BookedOn);
        root.Add($"{Entry}/ValDt/Dt", CamtField.ValuedOn);
        root.Add($"{Entry}/ValDt/DtTm", CamtField.ValuedOn);
        root.Add($"{Entry}/AcctSvcrRef", CamtField.ServicerReference);
        root.Add($"{Entry}/NtryDtls/TxDtls/Refs/EndToEndId", CamtField.EndToEndId);
        root.Add($"{Entry}/NtryDtls/TxDtls/RmtInf/Ustrd", CamtField.Text);
        root.Add($"{Entry}/AddtlNtryInf", CamtField.Text);
        return root;
    }

    /// <summary>The child of this name; null when it is none of those that are read.</summary>
    public CamtElement? Child(string name) => _children.GetValueOrDefault(name);

    void Add(string path, CamtField field)
    {
        var at = this;
        foreach (var name in path.Split('/'))
        {
            if (!at._children.TryGetValue(name, out var child))
                at._children[name] = child = new CamtElement();
            at = child;
        }
        at.Field = field;
    }
}
