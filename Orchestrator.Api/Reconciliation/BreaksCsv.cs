using System.Text;
using Orchestrator.Api.Security;
using Orchestrator.Ledger.Reconciliation;

namespace Orchestrator.Api.Reconciliation;

/// <summary>
/// All open breaks as CSV, page by page as they are read. Texts come from outside and are opened in spreadsheets: what would be a formula there gets
/// an apostrophe before it.
/// </summary>
/// <param name="breaks">Reads the pages.</param>
/// <param name="statementId">Whose breaks.</param>
/// <param name="first">The first page, read before the answer begins.</param>
sealed class BreaksCsv(ReconciliationReader breaks, Guid statementId, IReadOnlyList<BreakView> first) : IResult
{
    const string Header = "line,status,reference,amountMinor,currency,bookedOn,text,accountId,version,postingAmountMinor,postingCurrency\r\n";

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var answer = httpContext.Response;
        answer.ContentType = "text/csv; charset=utf-8";
        answer.Headers.ContentDisposition = $"attachment; filename=\"breaks-{statementId}.csv\"";
        await using var writer = new StreamWriter(answer.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await writer.WriteAsync(Header);
        for (var page = first; page.Count > 0; page = await breaks.BreaksAsync(statementId, page[^1].Line, ReconciliationReader.MaxPage, httpContext.RequestAborted))
        {
            foreach (var row in page)
                await writer.WriteAsync(Row(row));
            await writer.FlushAsync(httpContext.RequestAborted);
        }
    }

    internal static string Row(BreakView row) =>
        $"{row.Line},{row.Status},{Text(row.Reference)},{row.AmountMinor},{row.Currency},{row.BookedOn:yyyy-MM-dd},{Text(row.Text)}," +
        $"{Text(Masking.Of(row.Posting?.AccountId))},{row.Posting?.Version},{row.Posting?.AmountMinor},{row.Posting?.Currency}\r\n";

    // Spreadsheets take the wide forms of these characters for the same.
    static string Text(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var harmless = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20' ? $"'{text}" : text;
        return $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
