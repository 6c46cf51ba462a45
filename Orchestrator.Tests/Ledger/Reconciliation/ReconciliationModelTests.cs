using CsCheck;
using Npgsql;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger.Reconciliation;

/// <summary>Imports on PostgreSQL against the model: few amounts, days and references, so that everything collides with everything.</summary>
public sealed class ReconciliationModelTests(TestInfrastructure infrastructure) : ReconciliationDatabase(infrastructure)
{
    static readonly DateOnly First = new(2026, 3, 2);
    static readonly string[] Accounts = ["a", "B", "c"];
    static readonly Gen<long> Amounts = Gen.Int[0, 2].Select(i => i == 2 ? -100L : 100L * (i + 1));
    static readonly Gen<int> Days = Gen.Int[0, 6];

    // What came of lines, over all runs: every rule was at work.
    readonly SortedSet<string> _seen = new(StringComparer.Ordinal);

    // Account 2 is in USD.
    static readonly Gen<(int Account, long Amount, int Day, int Transaction)[]> Postings =
        Gen.Select(Gen.Int[0, 2], Amounts, Days, Gen.Int[0, 4]).Array[0, 9];

    static readonly Gen<(int Kind, int First, int Second, long Amount, bool Usd, int Day)[]> Lines =
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 15], Gen.Int[0, 2], Amounts, Gen.Int[0, 4].Select(i => i == 0), Days).Array[1, 12];

    [Fact]
    public async Task Matching_when_given_any_statements_does_what_the_model_does()
    {
        await AllowClearingAsync();
        await Gen.Select(Postings, Lines, Gen.Int[0, 3]).Array[1, 3].SampleAsync(CompareAsync, iter: 40, threads: 1);
        Assert.Equal(
            [
                "amount_differs ", "currency_differs ", "duplicate_line ", "matched by_amount", "matched exact", "missing_in_ledger ", "missing_in_ledger exact",
                "missing_in_statement ",
            ],
            _seen);
    }

    async Task CompareAsync(((int, long, int, int)[] Postings, (int, int, int, long, bool, int)[] Lines, int Days)[] steps)
    {
        await ClearAsync();
        var model = new ReferenceMatching();
        var statements = new List<Guid>();
        foreach (var (postings, lines, days) in steps)
        {
            await PostAsync(Add(model, postings));
            var file = lines.Select((l, i) => Line(statements.Count, i + 2, l)).ToList();
            var imported = await ImportAsync(Csv(file), days: days);
            if (imported.Repeated)
                continue;
            statements.Add(imported.StatementId);
            model.Import(file, days);
        }
        Assert.Equal(model.Lines.OrderBy(l => l.Place).Select(Shown), await StoredAsync(statements));
        _seen.UnionWith(model.Lines.Select(l => $"{l.Status} {l.Rule}"));
    }

    static List<ModelPosting> Add(ReferenceMatching model, IEnumerable<(int Account, long Amount, int Day, int Transaction)> postings)
    {
        var added = new List<ModelPosting>();
        foreach (var (account, amount, day, transaction) in postings)
        {
            var posting = new ModelPosting(
                Accounts[account], model.Postings.Count + 1, amount, account == 2 ? "USD" : "EUR", First.AddDays(day), Commands.Id(model.Postings.Count),
                transaction < 3 ? Transaction(transaction) : null);
            model.Postings.Add(posting);
            added.Add(posting);
        }
        return added;
    }

    static ModelLine Line(int statement, int number, (int Kind, int First, int Second, long Amount, bool Usd, int Day) l)
    {
        (string Reference, Guid[] Ids) named = l.Kind switch
        {
            0 => ("", []),
            1 => ($"INV {l.Second}", []),
            2 => ($"{Commands.Id(l.First)}", [Commands.Id(l.First)]),
            3 => ($"PAY/{Transaction(l.Second).ToString("N").ToUpperInvariant()}.", [Transaction(l.Second)]),
            4 => ($"{Commands.Id(l.First):N} {Transaction(l.Second):B}", [Commands.Id(l.First), Transaction(l.Second)]),
            5 => ($"urn:uuid:{Commands.Id(l.First)}", [Commands.Id(l.First)]),
            _ => ($"{Transaction(l.Second)}", [Transaction(l.Second)]),
        };
        return new ModelLine(statement, number, named.Ids, named.Reference, l.Amount, l.Usd ? "USD" : "EUR", First.AddDays(l.Day));
    }

    static Guid Transaction(int number) => Commands.Id(5_000 + number);

    static string Csv(IEnumerable<ModelLine> lines) => string.Join('\n', lines
        .Select(l => $"{l.Day:yyyy-MM-dd},{l.AmountMinor},{l.Currency},\"{l.Key.Reference}\"").Prepend("bookedOn,amountMinor,currency,reference"));

    static string Shown(ModelLine l) => Shown(
        l.Place, l.Status, l.Rule, l.About is { } a ? $"{a.AccountId}@{a.Version}" : null, l.Matched is { } m ? $"{m.AccountId}@{m.Version}" : null, l.AmountMinor);

    static string Shown((int Statement, int Number) place, string status, string? rule, string? about, string? matched, long amount) =>
        $"{place.Statement}/{place.Number} {status} {rule} about {about} matched {matched} {amount}";

    async Task<IReadOnlyList<string>> StoredAsync(List<Guid> statements)
    {
        await using var command = Database.CreateCommand("""
            select statement_id, line, status, rule, account_id || '@' || version, matched_account_id || '@' || matched_version, amount_minor
            from ledger.external_line_state order by statement_id, line
            """);
        await using var rows = await command.ExecuteReaderAsync();
        var stored = new List<string>();
        while (await rows.ReadAsync())
        {
            stored.Add(Shown(
                (statements.IndexOf(rows.GetGuid(0)), rows.GetInt32(1)), rows.GetString(2), Text(rows, 3), Text(rows, 4), Text(rows, 5), rows.GetInt64(6)));
        }
        return stored;
    }

    static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
