using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Orchestrator.Api.Reconciliation;
using Orchestrator.Ledger.Reconciliation;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class ReconciliationsApiTests(ApiFixture api)
{
    const string Header = "reference,amount,currency,bookedOn,text\n";

    [Fact]
    public async Task Statement_when_posted_is_matched_and_its_bytes_again_get_the_first_result()
    {
        await api.OpenAsync("reconciled", 2_500);
        var funded = (await api.GetAsync("/v1/accounts/reconciled/events")).Json.GetProperty("items")[1];
        var csv = $"{Header}{funded.GetProperty("commandId").GetString()},25.00,EUR,{funded.GetProperty("effectiveAt").GetString()![..10]},\nnobody's,-1.00,EUR,2020-01-01,=1+1\n";

        var first = await api.PostAsync("/v1/reconciliations?name=march", csv, mediaType: "text/csv");
        var again = await api.PostAsync("/v1/reconciliations", csv, mediaType: "text/csv; charset=utf-8");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.Status, again.Status));
        Assert.Equal((null, "true"), (first.Header("Idempotency-Replayed"), again.Header("Idempotency-Replayed")));
        Assert.Equal(first.Text, again.Text);
        var statement = first.Json.GetProperty("statement");
        Assert.Equal(("march", "EUR", 2), (statement.GetProperty("name").GetString(), statement.GetProperty("currency").GetString(), statement.GetProperty("lines").GetInt32()));
        Assert.Contains(first.Json.GetProperty("totals").EnumerateArray(), t => t.GetProperty("status").GetString() == "matched" && t.GetProperty("sumMinor").GetInt64() == 2_500);
        Assert.Equal(first.Text, (await api.GetAsync(first.Header("Location")!)).Text);
        Assert.Contains(
            statement.GetProperty("id").GetGuid(), (await api.GetAsync("/v1/reconciliations?limit=1000")).Json.GetProperty("items").EnumerateArray().Select(s => s.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task Breaks_when_asked_for_come_in_pages_or_as_harmless_csv()
    {
        var csv = $"{Header}=HYPERLINK(1),1.00,TND,2001-01-01,\"@a \"\"b\"\", c\"\n+2,-2.000,TND,2001-01-01,\n'3,3.000,TND,2001-01-01,plain\n";
        var location = (await api.PostAsync("/v1/reconciliations", csv, mediaType: "text/csv")).Header("Location")!;

        var page = (await api.GetAsync($"{location}/breaks?limit=2")).Json;
        var rest = (await api.GetAsync($"{location}/breaks?after={page.GetProperty("next").GetString()}")).Json;
        var file = await api.GetAsync($"{location}/breaks?format=csv");

        Assert.Equal([2, 3], page.GetProperty("items").EnumerateArray().Select(b => b.GetProperty("line").GetInt32()));
        Assert.Equal(4, Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("line").GetInt32());
        Assert.False(rest.TryGetProperty("next", out _));
        Assert.Equal("text/csv", file.MediaType);
        Assert.Equal(
            [
                "line,status,reference,amountMinor,currency,bookedOn,text,accountId,version,postingAmountMinor,postingCurrency",
                "2,missing_in_ledger,\"'=HYPERLINK(1)\",1000,TND,2001-01-01,\"'@a \"\"b\"\", c\",,,,",
                "3,missing_in_ledger,\"'+2\",-2000,TND,2001-01-01,,,,,",
                "4,missing_in_ledger,\"'3\",3000,TND,2001-01-01,\"plain\",,,,",
            ],
            file.Text.TrimEnd().Split("\r\n"));
    }

    [Theory]
    [InlineData("=1", "\"'=1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("＝1", "\"'＝1\"")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    public void Csv_text_when_it_would_be_a_formula_is_none(string text, string written) =>
        Assert.StartsWith($"1,missing_in_ledger,{written},5,", BreaksCsv.Row(new BreakView(1, "missing_in_ledger", text, 5, "EUR", new(2026, 1, 1), null, null)), StringComparison.Ordinal);

    [Fact]
    public async Task Break_when_resolved_is_decided_for_ever()
    {
        var location = (await api.PostAsync("/v1/reconciliations", $"{Header}fee,-1.00,OMR,2001-02-01,\n", mediaType: "text/csv")).Header("Location")!;
        const string Fee = """{ "reason": "bank fee" }""";

        var resolved = await api.PostAsync($"{location}/lines/2/resolve", Fee);
        var again = await api.PostAsync($"{location}/lines/2/resolve", Fee);

        Assert.Equal((HttpStatusCode.OK, resolved.Text, "true"), (again.Status, again.Text, again.Header("Idempotency-Replayed")));
        Assert.Equal("break_not_open", (await api.PostAsync($"{location}/lines/2/resolve", """{ "reason": "another" }""")).Problem);
        Assert.Equal("reconciliation_not_found", (await api.PostAsync($"{location}/lines/7/resolve", Fee)).Problem);
        Assert.Equal(0, (await api.GetAsync(location)).Json.GetProperty("open").GetInt64());
        Assert.Equal(
            "bank fee|tester (127.0.0.1)",
            await api.ScalarAsync<string>($"select reason || '|' || resolved_by from ledger.external_resolution where statement_id = '{location.Split('/')[^1]}'"));
    }

    [Theory]
    [InlineData("""{ "reason": "" }""", "missing_field reason")]
    [InlineData("""{ "reason": "x", "accountId": "a" }""", "missing_field version")]
    [InlineData("""{ "reason": "x", "accountId": "settlement:EUR:0", "version": 1 }""", "invalid_account_id accountId")]
    [InlineData("""{ "reason": "x", "accountId": "nobody", "version": 1 }""", "not_a_settlement_posting version")]
    public async Task Decision_when_it_is_none_is_refused_by_name(string body, string error)
    {
        var location = (await api.PostAsync("/v1/reconciliations", $"{Header}open,1.00,BHD,2001-03-01,\n", mediaType: "text/csv")).Header("Location")!;

        Assert.Equal([error], (await api.PostAsync($"{location}/lines/2/resolve", body)).Errors);
    }

    [Fact]
    public async Task Statement_when_uploaded_as_a_form_is_taken_like_any_other()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("ignored"), "comment" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(Camt("<NtryRef>F</NtryRef>"))) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, "file", "bank.XML" },
        };

        var answer = await Answer.OfAsync(await api.Http.PostAsync("/v1/reconciliations", form));

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal(("bank.XML", "camt053"), (answer.Json.GetProperty("statement").GetProperty("name").GetString(), answer.Json.GetProperty("statement").GetProperty("format").GetString()));
    }

    [Theory]
    [InlineData("text/csv", "a,b\n", "statement_refused", "missing_column file")]
    [InlineData("text/csv", "", "statement_refused", "bad_header file")]
    [InlineData("application/xml", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", "statement_refused", "not_xml file")]
    [InlineData("text/xml", "<a/>", "statement_refused", "unknown_schema file")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disp", "bad_request", null)]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n", "invalid", "missing_field file")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.pdf\"\r\n\r\n1\r\n--x--\r\n", "unsupported_media_type", null)]
    [InlineData("multipart/form-data", "x", "bad_request", null)]
    [InlineData("application/json", "{}", "unsupported_media_type", null)]
    [InlineData(null, "a", "unsupported_media_type", null)]
    public async Task File_when_it_is_no_statement_is_refused_by_name(string? mediaType, string body, string problem, string? error)
    {
        var answer = await api.PostAsync("/v1/reconciliations", body, mediaType: mediaType);

        Assert.Equal((problem, error), (answer.Problem, answer.Errors.SingleOrDefault()));
    }

    [Fact]
    public async Task File_when_it_is_too_large_is_refused_before_it_is_sent()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/reconciliations") { Content = new EndlessContent() };
        request.Headers.ExpectContinue = true;

        Assert.Equal("body_too_large", (await Answer.OfAsync(await api.Http.SendAsync(request))).Problem);
    }

    [Theory]
    [InlineData("/v1/reconciliations?limit=0", "invalid")]
    [InlineData("/v1/reconciliations/0195d6a0-0000-7000-8000-000000000001", "reconciliation_not_found")]
    [InlineData("/v1/reconciliations/0195d6a0-0000-7000-8000-000000000001/breaks", "reconciliation_not_found")]
    [InlineData("/v1/reconciliations/0195d6a0-0000-7000-8000-000000000001/breaks?format=xlsx", "invalid")]
    [InlineData("/v1/reconciliations/0195d6a0-0000-7000-8000-000000000001/breaks?after=-1", "invalid")]
    [InlineData("/v1/reconciliations/first", "not_found")]
    public async Task Request_when_it_cannot_be_served_does_get_a_problem(string path, string problem) => Assert.Equal(problem, (await api.GetAsync(path)).Problem);

    [Fact]
    public async Task Days_when_out_of_range_are_refused() =>
        Assert.Equal(["out_of_range days"], (await api.PostAsync("/v1/reconciliations?days=11", Header, mediaType: "text/csv")).Errors);

    static string Camt(string entry) =>
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Ntry>" + entry +
        "<Amt Ccy=\"LYD\">1.000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2001-04-01</Dt></BookgDt></Ntry></Stmt></BkToCstmrStmt></Document>";

    /// <summary>Says that it is a terabyte; nobody asks for it.</summary>
    sealed class EndlessContent : HttpContent
    {
        public EndlessContent() => Headers.ContentType = new MediaTypeHeaderValue("text/csv");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) => await stream.WriteAsync(new byte[1 << 10]);

        protected override bool TryComputeLength(out long length)
        {
            length = 1L << 40;
            return true;
        }
    }
}
