using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Formats;

namespace Orchestrator.Ledger.Statements;

/// <summary>
/// A statement as one HTML page without scripts, images or anything from elsewhere, laid out to be printed on A4. All that others have written is escaped.
/// </summary>
public static class StatementHtml
{
    const int RowsAtOnce = 200;

    const string Style = """
        @page { size: A4; margin: 18mm 15mm; }
        body { font: 10pt/1.4 system-ui, sans-serif; color: #111; margin: 2em auto; max-width: 60em; }
        h1 { font-size: 16pt; margin: 0 0 .5em; }
        dl { display: grid; grid-template-columns: max-content auto; gap: .1em 1.5em; margin: 0 0 1.5em; }
        dt { color: #555; } dd { margin: 0; }
        table { width: 100%; border-collapse: collapse; }
        thead { display: table-header-group; }
        tr { break-inside: avoid; }
        th, td { text-align: left; padding: .25em .5em; border-bottom: 1px solid #ccc; vertical-align: top; }
        .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .b td { font-weight: 600; border-bottom: 2px solid #111; }
        small { color: #555; display: block; overflow-wrap: anywhere; }
        @media print { body { margin: 0; max-width: none; } }
        """;

    /// <summary>Lets the page's own style in and nothing else.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>The page, piece by piece; amounts have the decimals that <paramref name="currencies"/> say.</summary>
    public static async IAsyncEnumerable<string> WriteAsync(
        Statement statement, CurrencyScales currencies, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var html = new StringBuilder();
        var digits = currencies.MinorDigits(statement.Currency);
        Head(html, statement, digits);
        var rows = 0;
        await foreach (var entry in statement.Entries.WithCancellation(cancellationToken))
        {
            Row(html, digits, entry);
            if (++rows % RowsAtOnce == 0)
            {
                yield return html.ToString();
                html.Clear();
            }
        }
        Foot(html, statement, digits);
        yield return html.ToString();
    }

    static void Head(StringBuilder html, Statement statement, int digits)
    {
        var title = $"Statement {statement.Month}, account {statement.AccountId}";
        html.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>{Text(title)}</title>
            <style>{Style}</style>
            </head>
            <body>
            <h1>Statement {Text(statement.Month)}</h1>
            <dl>
            <dt>Account</dt><dd>{Text(statement.AccountId)}</dd>
            <dt>Customer</dt><dd>{Text(statement.CustomerId)}</dd>
            <dt>Currency</dt><dd>{Text(statement.Currency)}</dd>
            <dt>Status</dt><dd>{Text(statement.Status)}{(statement.ClosedAt is { } at ? $", month closed {Instant(at)}" : "")}</dd>
            <dt>Entries</dt><dd>{statement.EntryCount}</dd>
            <dt>Credits</dt><dd>{MoneyText.Grouped(statement.CreditsMinor, digits)}</dd>
            <dt>Debits</dt><dd>{MoneyText.Grouped(statement.DebitsMinor, digits)}</dd>
            </dl>
            <table>
            <thead><tr><th>Effective (UTC)</th><th>Entry</th><th class="n">Amount</th><th class="n">Balance</th></tr></thead>
            <tbody>
            <tr class="b"><td></td><td>Opening balance</td><td></td><td class="n">{MoneyText.Grouped(statement.OpeningBalanceMinor, digits)}</td></tr>

            """);
    }

    static void Row(StringBuilder html, int digits, StatementEntry entry)
    {
        html.Append($"<tr><td>{Instant(entry.EffectiveAt)}<small>{(entry.Late ? "late, " : "")}recorded {Instant(entry.RecordedAt)}</small></td>");
        html.Append($"<td>{Text(entry.Type.Replace('_', ' '))}");
        if (entry.CounterpartyAccountId is { } other)
            html.Append($" {(entry.AmountMinor < 0 ? "to" : "from")} {Text(other)}");
        if (entry.Reason is { } reason)
            html.Append($"<small>{Text(reason)}</small>");
        html.Append($"<small>event {entry.Version}{(entry.TransactionId is { } id ? $", transaction {id}" : "")}{(entry.ReversesTransactionId is { } undone ? $", reverses {undone}" : "")}</small></td>");
        html.Append($"<td class=\"n\">{MoneyText.Grouped(entry.AmountMinor, digits)}</td><td class=\"n\">{MoneyText.Grouped(entry.BalanceMinor, digits)}</td></tr>\n");
    }

    static void Foot(StringBuilder html, Statement statement, int digits) => html.Append($"""
        <tr class="b"><td></td><td>Closing balance</td><td></td><td class="n">{MoneyText.Grouped(statement.ClosingBalanceMinor, digits)}</td></tr>
        </tbody>
        </table>
        </body>
        </html>

        """);

    static string Text(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
