using Orchestrator.Contracts;
using Orchestrator.Ledger.Formats;

namespace Orchestrator.Tests.Statements;

public sealed class FormatTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"no\"", "\"say \"\"no\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("＝1", "'＝1")]
    [InlineData("  =1", "\"'  =1\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("=a,\"b\"", "\"'=a,\"\"b\"\"\"")]
    [InlineData("a=1", "a=1")]
    public void Csv_field_when_it_is_text_is_quoted_and_disarmed(string? text, string field) =>
        Assert.Equal($"1,{field}\r\n", new CsvText().Number(1).Text(text).End().Take());

    [Fact]
    public void Csv_field_when_it_is_a_number_may_be_negative() => Assert.Equal("-5,-0.05\r\n", new CsvText().Number(-5).Raw("-0.05").End().Take());

    [Theory]
    [InlineData(-1250, "EUR", "-12.50", "-12.50")]
    [InlineData(5, "EUR", "0.05", "0.05")]
    [InlineData(0, "EUR", "0.00", "0.00")]
    [InlineData(1_234_567, "JPY", "1234567", "1,234,567")]
    [InlineData(1_234_567, "KWD", "1234.567", "1,234.567")]
    [InlineData(1, "WEI", "0.000000000000000001", "0.000000000000000001")]
    [InlineData(long.MinValue, "WEI", "-9.223372036854775808", "-9.223372036854775808")]
    [InlineData(long.MaxValue, "USD", "92233720368547758.07", "92,233,720,368,547,758.07")]
    [InlineData(long.MinValue, "USD", "-92233720368547758.08", "-92,233,720,368,547,758.08")]
    public void Amount_when_written_for_people_does_have_the_decimals_of_its_currency(long amount, string currency, string plain, string grouped) =>
        Assert.Equal((plain, grouped), (MoneyText.Of(amount, Digits(currency)), MoneyText.Grouped(amount, Digits(currency))));

    static int Digits(string currency) => new CurrencyScales([new Asset("WEI", 18, "Smallest of all")]).MinorDigits(currency);

    [Theory]
    [InlineData("a", "****")]
    [InlineData("bob", "****b")]
    [InlineData("alice-4711", "****711")]
    [InlineData("DE02120300000000202051", "****2051")]
    public void Account_when_masked_does_show_a_third_at_most(string account, string masked) => Assert.Equal(masked, AccountMask.Of(account));
}
