using System.Text;
using CsCheck;
using Orchestrator.Ledger.Reconciliation;

namespace Orchestrator.Tests.Ledger.Reconciliation;

public sealed class Camt053StatementTests
{
    [Fact]
    public void Entry_when_of_version_02_becomes_a_line()
    {
        var (rows, head) = Read(Document("02", """
            <Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
            <FrToDt><FrDtTm>2026-03-02T00:00:00+01:00</FrDtTm><ToDtTm>2026-03-04T00:00:00+01:00</ToDtTm></FrToDt>
            <Bal><Amt Ccy="EUR">999.99</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
            <Ntry><NtryRef>17</NtryRef><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>
              <ValDt><Dt>2026-03-03</Dt></ValDt><AcctSvcrRef>BANK&amp;7</AcctSvcrRef>
              <NtryDtls><TxDtls><Refs><EndToEndId>0195d6a0-0000-7000-8000-00000000beef</EndToEndId></Refs><RmtInf><Ustrd> invoice  1 </Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
            <Ntry><Amt Ccy="EUR">7.0000</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><ValDt><DtTm>2026-03-03T23:59:59Z</DtTm></ValDt>
              <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
            """));

        Assert.Equal(
            [
                new StatementLine(1, "17 BANK&7 0195d6a0-0000-7000-8000-00000000beef", 1_250, "EUR", new(2026, 3, 2), "invoice  1"),
                new StatementLine(2, "", -700, "EUR", new(2026, 3, 3), null),
            ],
            rows.Select(r => r.Line));
        Assert.Equal(("EUR", new DateOnly(2026, 3, 2), new DateOnly(2026, 3, 3)), (head.Currency, head.From, head.To));
    }

    [Fact]
    public void Entry_when_of_version_08_has_its_status_as_a_code()
    {
        var (rows, _) = Read(Document("08", Entry(status: "<Sts><Cd>BOOK</Cd></Sts>") + Entry(status: "<Sts><Cd>PDNG</Cd></Sts>")));

        Assert.Equal([null, "not_booked"], rows.Select(r => r.Error?.Code));
    }

    [Theory]
    [InlineData("<Amt Ccy=\"EUR\">12.505</Amt>", "too_many_decimals")]
    [InlineData("<Amt Ccy=\"JPY\">12.50</Amt>", "too_many_decimals")]
    [InlineData("<Amt Ccy=\"EUR\">-12.50</Amt>", "invalid_number")]
    [InlineData("<Amt Ccy=\"EUR\">12,50</Amt>", "invalid_number")]
    [InlineData("<Amt Ccy=\"EUR\">0.00</Amt>", "amount_out_of_range")]
    [InlineData("<Amt Ccy=\"EUR\">1</Amt><Amt Ccy=\"EUR\">2</Amt>", "repeated_field")]
    [InlineData("<Amt Ccy=\"XXX\">12.50</Amt>", "unknown_currency")]
    [InlineData("<Amt>12.50</Amt>", "missing_field")]
    [InlineData("", "missing_field")]
    public void Entry_when_its_amount_is_bad_is_named_and_the_next_is_read(string amount, string code)
    {
        var (rows, _) = Read(Document("02", Entry(amount) + Entry()));

        Assert.Equal([code, null], rows.Select(r => r.Error?.Code));
        Assert.Equal(2, rows[1].Line?.Number);
    }

    [Theory]
    [InlineData("<CdtDbtInd>BOTH</CdtDbtInd>", "<BookgDt><Dt>2026-03-02</Dt></BookgDt>", "invalid_direction")]
    [InlineData("", "<BookgDt><Dt>2026-03-02</Dt></BookgDt>", "invalid_direction")]
    [InlineData("<CdtDbtInd>CRDT</CdtDbtInd>", "<BookgDt><Dt>2026-13-02</Dt></BookgDt>", "invalid_date")]
    [InlineData("<CdtDbtInd>CRDT</CdtDbtInd>", "<BookgDt/>", "missing_field")]
    public void Entry_when_direction_or_day_is_bad_is_named(string direction, string day, string code) =>
        Assert.Equal(code, Assert.Single(Read(Document("02", Entry(direction: direction, day: day))).Rows).Error?.Code);

    [Theory]
    [InlineData("<a/>", "unknown_schema")]
    [InlineData("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.052.001.02\"/>", "unknown_schema")]
    [InlineData("", "not_xml")]
    [InlineData("reference,amount\n", "not_xml")]
    [InlineData("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">", "not_xml")]
    [InlineData("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">&#xD800;</Document>", "not_xml")]
    [InlineData("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">&nothing;</Document>", "not_xml")]
    public void File_when_it_is_something_else_is_refused_by_name(string text, string code) =>
        Assert.Equal(code, Assert.Throws<StatementException>(() => Read(text)).Code);

    [Fact]
    public void File_when_it_holds_two_currencies_or_no_period_is_refused_by_name()
    {
        Assert.Equal("several_currencies", Refused("<Acct><Ccy>EUR</Ccy></Acct></Stmt><Stmt><Acct><Ccy>USD</Ccy></Acct>"));
        Assert.Equal("bad_period", Refused("<FrToDt><FrDtTm>yesterday</FrDtTm></FrToDt>"));
    }

    [Fact]
    public void File_when_it_reaches_for_another_file_is_refused()
    {
        var secret = Path.GetTempFileName();
        try
        {
            File.WriteAllText(secret, "secret");
            var xxe = $"""<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY x SYSTEM "file://{secret}">]>{Document("02", Entry().Replace("R-1", "&x;", StringComparison.Ordinal))}""";
            var external = $"""<!DOCTYPE Document SYSTEM "file://{secret}">{Document("02", Entry())}""";

            Assert.Equal("not_xml", Assert.Throws<StatementException>(() => Read(xxe)).Code);
            Assert.Equal("not_xml", Assert.Throws<StatementException>(() => Read(external)).Code);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Fact]
    public void File_when_its_entities_multiply_is_refused_before_they_do()
    {
        var laughs = new StringBuilder("<!DOCTYPE Document [<!ENTITY a0 \"ha\">");
        for (var i = 1; i < 30; i++)
            laughs.Append($"<!ENTITY a{i} \"&a{i - 1};&a{i - 1};\">");
        laughs.Append("]>").Append(Document("02", Entry().Replace("R-1", "&a29;", StringComparison.Ordinal)));

        Assert.Equal("not_xml", Assert.Throws<StatementException>(() => Read(laughs.ToString())).Code);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("attribute")]
    [InlineData("comment")]
    [InlineData("name")]
    [InlineData("nesting")]
    public void File_when_a_part_of_it_is_too_large_is_refused_without_being_held(string part)
    {
        var large = new string('x', 3 * Camt053Statement.MaxNodeBytes);
        var content = part switch
        {
            "text" => $"<Ntry><NtryRef>{large}</NtryRef></Ntry>",
            "attribute" => $"<Ntry><NtryRef a=\"{large}\"/></Ntry>",
            "comment" => $"<!--{large}-->",
            "name" => $"<{large}/>",
            _ => string.Concat(Enumerable.Repeat("<a>", 100_000)),
        };
        Assert.Equal("xml_too_large", Refused(content));
    }

    [Fact]
    public void File_when_it_is_damaged_anywhere_is_read_or_refused_by_name()
    {
        var good = Encoding.UTF8.GetBytes(Document("08", Entry(status: "<Sts><Cd>BOOK</Cd></Sts>") + Entry(status: "")));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample(
            (at, value, length) =>
            {
                var damaged = good[..Math.Max(at + 1, length)];
                damaged[at] = value;
                try
                {
                    Assert.All(StatementFormat.Camt053.Rows(new MemoryStream(damaged), new StatementHead()), r => Assert.True(r.Line is null != r.Error is null));
                }
                catch (StatementException)
                {
                    // Refused by name.
                }
            },
            iter: 3_000);
    }

    static string Entry(
        string amount = "<Amt Ccy=\"EUR\">12.50</Amt>", string direction = "<CdtDbtInd>CRDT</CdtDbtInd>", string day = "<BookgDt><Dt>2026-03-02</Dt></BookgDt>",
        string status = "<Sts>BOOK</Sts>") => $"<Ntry><NtryRef>R-1</NtryRef>{amount}{direction}{status}{day}</Ntry>";

    static string Document(string version, string statement) =>
        $"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}\"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt>{statement}</Stmt></BkToCstmrStmt></Document>";

    static string Refused(string statement) => Assert.Throws<StatementException>(() => Read(Document("02", statement))).Code;

    static (List<StatementRow> Rows, StatementHead Head) Read(string text)
    {
        var head = new StatementHead();
        return ([.. StatementFormat.Camt053.Rows(new MemoryStream(Encoding.UTF8.GetBytes(text)), head)], head);
    }
}
