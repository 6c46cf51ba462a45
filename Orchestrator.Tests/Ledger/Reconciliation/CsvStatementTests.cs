using System.Text;
using CsCheck;
using Orchestrator.Ledger.Reconciliation;

namespace Orchestrator.Tests.Ledger.Reconciliation;

public sealed class CsvStatementTests
{
    const string Header = "reference,amount,currency,bookedOn,text";
    const string Good = "R-1,12.50,EUR,2026-03-02,paid";

    [Fact]
    public void Row_when_good_becomes_a_line_in_minor_units()
    {
        var rows = Read($"\uFEFF{Header}\r\n{Good}\r\n\r\n\"=R,\"\"2\"\"\",-0.07,EUR,2026-03-03,\r\n");

        Assert.Equal(
            [new StatementLine(2, "R-1", 1_250, "EUR", new(2026, 3, 2), "paid"), new StatementLine(4, "=R,\"2\"", -7, "EUR", new(2026, 3, 3), null)],
            rows.Select(r => r.Line));
    }

    [Fact]
    public void Row_when_the_amount_is_in_minor_units_is_taken_as_it_is() =>
        Assert.Equal(-1_250, Assert.Single(Read("bookedON, Currency ,AMOUNTMINOR,reference,other\n2026-03-02,EUR,-1250,R,x")).Line!.AmountMinor);

    [Theory]
    [InlineData("12.50", "EUR", 1_250)]
    [InlineData("12.5", "EUR", 1_250)]
    [InlineData("+12", "EUR", 1_200)]
    [InlineData("-0.01", "EUR", -1)]
    [InlineData("0001.00", "EUR", 100)]
    [InlineData("1250", "JPY", 1_250)]
    [InlineData("1.250", "KWD", 1_250)]
    [InlineData("10000000000000.00", "EUR", 1_000_000_000_000_000)]
    public void Amount_when_written_with_a_point_is_read_exactly(string amount, string currency, long minor) =>
        Assert.Equal(minor, Assert.Single(Read($"{Header}\nR,{amount},{currency},2026-03-02,")).Line?.AmountMinor);

    [Theory]
    [InlineData("R,12.505,EUR,2026-03-02,", "too_many_decimals")]
    [InlineData("R,12.500,EUR,2026-03-02,", "too_many_decimals")]
    [InlineData("R,12.0,JPY,2026-03-02,", "too_many_decimals")]
    [InlineData("R,1.2345,KWD,2026-03-02,", "too_many_decimals")]
    [InlineData("R,\"12,50\",EUR,2026-03-02,", "invalid_number")]
    [InlineData("R,\"1,000.00\",EUR,2026-03-02,", "invalid_number")]
    [InlineData("R,1 000.00,EUR,2026-03-02,", "invalid_number")]
    [InlineData("R,1e3,EUR,2026-03-02,", "invalid_number")]
    [InlineData("R,NaN,EUR,2026-03-02,", "invalid_number")]
    [InlineData("R,12.,EUR,2026-03-02,", "invalid_number")]
    [InlineData("R,.5,EUR,2026-03-02,", "invalid_number")]
    [InlineData("R,--5,EUR,2026-03-02,", "invalid_number")]
    [InlineData("R,１２,EUR,2026-03-02,", "invalid_number")]
    [InlineData("R,0.00,EUR,2026-03-02,", "amount_out_of_range")]
    [InlineData("R,10000000000000.01,EUR,2026-03-02,", "amount_out_of_range")]
    [InlineData("R,99999999999999999999999999999999,EUR,2026-03-02,", "amount_out_of_range")]
    [InlineData("R,,EUR,2026-03-02,", "missing_field")]
    [InlineData("R,1,,2026-03-02,", "missing_field")]
    [InlineData("R,1,EUX,2026-03-02,", "unknown_currency")]
    [InlineData("R,1,eur,2026-03-02,", "unknown_currency")]
    [InlineData("R,1,EUR,,", "missing_field")]
    [InlineData("R,1,EUR,02.03.2026,", "invalid_date")]
    [InlineData("R,1,EUR,2026-02-30,", "invalid_date")]
    [InlineData("R,1,EUR,1969-12-31,", "invalid_date")]
    [InlineData("R,1,EUR,2026-03-02T10:00:00,", "invalid_date")]
    [InlineData("R,1,EUR,2026-03-02", "wrong_columns")]
    [InlineData("R,1,EUR,2026-03-02,,", "wrong_columns")]
    [InlineData("\"R,1,EUR,2026-03-02,", "bad_quotes")]
    [InlineData("\"R\"x,1,EUR,2026-03-02,", "bad_quotes")]
    [InlineData("R\0,1,EUR,2026-03-02,", "control_characters")]
    [InlineData("R,1,EUR,2026-03-02,a\u001bb", "control_characters")]
    public void Row_when_bad_is_named_with_its_line_and_the_next_is_read(string bad, string code)
    {
        var rows = Read($"{Header}\n{bad}\n{Good}");

        Assert.Equal((2, 2, code), (rows[0].Number, rows[0].Error?.Line, rows[0].Error?.Code));
        Assert.Equal(3, rows[1].Line?.Number);
    }

    [Fact]
    public void Row_when_longer_than_it_may_be_is_skipped_without_being_held()
    {
        var rows = Read($"{Header}\n{new string('x', 3_000_000)}\n{new string('r', 600)},1,EUR,2026-03-02,\n{Good}");

        Assert.Equal(["line_too_long", "text_too_long", null], rows.Select(r => r.Error?.Code));
    }

    [Fact]
    public void Row_when_its_bytes_are_no_text_is_named()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes($"{Header}\nR"), 0xFF, 0xFE, .. Encoding.UTF8.GetBytes($",1,EUR,2026-03-02,\n{Good}")];

        var rows = StatementFormat.Csv.Rows(new MemoryStream(bytes), new StatementHead()).ToList();

        Assert.Equal(["unreadable_text", null], rows.Select(r => r.Error?.Code));
    }

    [Theory]
    [InlineData("", "bad_header")]
    [InlineData("\n", "bad_header")]
    [InlineData("\"reference\n", "bad_header")]
    [InlineData("reference,amount,currency\n", "missing_column")]
    [InlineData("reference,currency,bookedOn\n", "missing_column")]
    [InlineData("reference,amount,Amount,currency,bookedOn\n", "duplicate_column")]
    [InlineData("reference,amount,amountMinor,currency,bookedOn\n", "duplicate_column")]
    public void File_when_its_header_cannot_be_used_is_refused_by_name(string text, string code) =>
        Assert.Equal(code, Assert.Throws<StatementException>(() => Read(text)).Code);

    [Fact]
    public void File_when_it_is_any_bytes_is_read_or_refused_by_name() => Gen.Byte.Array[0, 300].Sample(
        bytes =>
        {
            // Behind a header, so that rows are reached too.
            byte[] file = [.. Encoding.UTF8.GetBytes(Header + "\n"), .. bytes];
            Assert.All(StatementFormat.Csv.Rows(new MemoryStream(file), new StatementHead()), r => Assert.True(r.Line is null != r.Error is null));
        },
        iter: 2_000);

    [Fact]
    public void Fields_when_quoted_and_split_are_what_they_were() => Gen.String[Gen.Char["ab\", ;=x"], 0, 8].Array[1, 6].Sample(
        fields =>
        {
            var split = new List<string>();
            var line = string.Join(',', fields.Select(f => $"\"{f.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));

            Assert.True(CsvFields.TrySplit(line, split));
            Assert.Equal(fields, split);
        },
        iter: 2_000);

    static List<StatementRow> Read(string text) => [.. StatementFormat.Csv.Rows(new MemoryStream(Encoding.UTF8.GetBytes(text)), new StatementHead())];
}
