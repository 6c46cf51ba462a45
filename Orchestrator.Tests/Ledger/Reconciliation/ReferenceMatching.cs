namespace Orchestrator.Tests.Ledger.Reconciliation;

/// <summary>A posting against settlement as the model knows it.</summary>
sealed record ModelPosting(string AccountId, long Version, long AmountMinor, string Currency, DateOnly Day, Guid CommandId, Guid? TransactionId);

/// <summary>A line of a statement, or what the statement lacks, and what came of it.</summary>
sealed class ModelLine(int statement, int number, Guid[] ids, string reference, long amountMinor, string currency, DateOnly day)
{
    public (int Statement, int Number) Place => (statement, number);

    public Guid[] Ids => ids;

    public (string Reference, long AmountMinor, string Currency) Key => (reference, amountMinor, currency);

    public long AmountMinor => amountMinor;

    public string Currency => currency;

    public DateOnly Day => day;

    public string Status { get; set; } = "missing_in_ledger";

    public ModelPosting? About { get; set; }

    public ModelPosting? Matched { get; set; }

    public string? Rule { get; set; }

    public bool Names(ModelPosting p) => ids.Contains(p.CommandId) || (p.TransactionId is { } id && ids.Contains(id));

    public bool IsLike(ModelPosting p) => amountMinor == p.AmountMinor && currency == p.Currency;

    public void Match(ModelPosting p, string rule) => (Matched, Rule) = (p, rule);

    public override string ToString() =>
        $"{statement}/{number} {Status} {Rule} about {About?.AccountId}@{About?.Version} matched {Matched?.AccountId}@{Matched?.Version} {reference} {amountMinor} {currency} {day:O}";
}

/// <summary>Reconciliation by the rules as they are written down, one line after another: slow, and plain enough to be believed.</summary>
sealed class ReferenceMatching
{
    public List<ModelPosting> Postings { get; } = [];

    public List<ModelLine> Lines { get; } = [];

    public void Import(IReadOnlyList<ModelLine> file, int days)
    {
        var waiting = Lines.Where(l => l is { Status: "missing_in_ledger", Matched: null, Ids.Length: > 0 }).OrderBy(l => l.Place).ToList();
        var spokenOf = Lines.Where(l => l.Status != "missing_in_statement").Select(l => l.About).OfType<ModelPosting>().ToHashSet();
        var taken = Lines.Select(l => l.Matched).OfType<ModelPosting>().ToHashSet();
        foreach (var line in waiting.Concat(file))
        {
            if (InOrder(Postings.Where(p => line.Names(p) && line.IsLike(p) && !taken.Contains(p))).FirstOrDefault() is { } posting)
            {
                line.Match(posting, "exact");
                taken.Add(posting);
            }
        }
        for (var i = 0; i < file.Count; i++)
            Differ(file[i], file.Take(i));
        ByAmount(
            [.. file.Where(l => l is { Matched: null, Status: "missing_in_ledger" })],
            [.. Postings.Where(p => !taken.Contains(p) && !spokenOf.Contains(p) && !SpokenOf(p, file))],
            days);
        Lines.AddRange(file);
        Lines.AddRange(Missing(file));
    }

    void Differ(ModelLine line, IEnumerable<ModelLine> before)
    {
        if (line.Matched is not null)
        {
            line.Status = "matched";
            return;
        }
        var named = Postings.Where(line.Names).ToList();
        line.About = InOrder(named.Where(line.IsLike)).FirstOrDefault()
            ?? InOrder(named.Where(p => p.Currency == line.Currency)).FirstOrDefault()
            ?? InOrder(named).FirstOrDefault();
        if (line.Key.Reference.Length > 0 && before.Any(l => l.Key == line.Key))
            line.Status = "duplicate_line";
        else if (line.About is { } about)
            line.Status = line.IsLike(about) ? "duplicate_line" : line.Currency == about.Currency ? "amount_differs" : "currency_differs";
    }

    static void ByAmount(List<ModelLine> lines, List<ModelPosting> postings, int days)
    {
        foreach (var line in lines)
        {
            if (postings.Where(p => Near(line, p)).ToList() is [var only] && lines.Count(l => Near(l, only)) == 1)
                line.Match(only, "by_amount");
        }
        foreach (var line in lines.Where(l => l.Matched is not null))
            line.Status = "matched";

        bool Near(ModelLine line, ModelPosting p) => line.IsLike(p) && Math.Abs(line.Day.DayNumber - p.Day.DayNumber) <= days;
    }

    List<ModelLine> Missing(IReadOnlyList<ModelLine> file)
    {
        var currency = file.GroupBy(l => l.Currency).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().Key;
        var (from, to) = (file.Min(l => l.Day), file.Max(l => l.Day));
        var (statement, number) = file[^1].Place;
        return Postings
            .Where(p => p.Currency == currency && p.Day >= from && p.Day <= to && !Lines.Exists(l => l.Matched == p) && !SpokenOf(p, file))
            .OrderBy(p => p.Day).ThenBy(p => p.AccountId, StringComparer.Ordinal).ThenBy(p => p.Version)
            .Select(p => new ModelLine(statement, ++number, [], $"{p.TransactionId ?? p.CommandId}", p.AmountMinor, p.Currency, p.Day)
            {
                Status = "missing_in_statement", About = p,
            })
            .ToList();
    }

    static bool SpokenOf(ModelPosting p, IReadOnlyList<ModelLine> file) => file.Any(l => l.Matched is null && l.Names(p));

    static IEnumerable<ModelPosting> InOrder(IEnumerable<ModelPosting> postings) =>
        postings.OrderBy(p => p.AccountId, StringComparer.Ordinal).ThenBy(p => p.Version);
}
