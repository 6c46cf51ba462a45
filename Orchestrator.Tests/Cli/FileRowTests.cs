using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Tests.Cli;

public sealed class FileRowTests
{
    const string HandbookHeader = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO";
    const string GoodHandbookRow = "7,2018-04-01 00:00:31,596,3156,57.16,1,2";
    const string CsvHeader = "transactionId,sourceAccountId,destinationAccountId,amountMinor,currency,kind,occurredAt,latitude,longitude,metadata.shop,other";
    const string Id = "0b5c6f0e-6d6e-4a8e-9d0a-0d7b7a0f1c11";
    const string GoodCsvRow = Id + ",acc-1,acc-2,1250,EUR,payment,2026-05-01T12:00:00Z,52.5,13.4,\"Smith, and \"\"Sons\"\"\",ignored";

    const string GoodJson =
        "{\"transactionId\":\"" + Id + "\",\"sourceAccountId\":\"acc-1\",\"destinationAccountId\":\"acc-2\",\"amountMinor\":1250," +
        "\"currency\":\"EUR\",\"kind\":\"transfer\",\"occurredAt\":\"2026-05-01T12:00:00Z\"}";

    [Fact]
    public void Handbook_row_when_good_becomes_a_transaction_and_a_label_apart()
    {
        var row = Assert.Single(Handbook(GoodHandbookRow));

        Assert.Equal(2, row.Line);
        Assert.Equal(new FraudLabel(true, 2), row.Label);
        Assert.Equal(
            new TransactionSubmitted(
                HandbookCsv.IdOf("7"), "cust-000596", "term-003156", 5_716, "EUR", TransactionKind.Card,
                new DateTimeOffset(2018, 4, 1, 0, 0, 31, TimeSpan.Zero), TerminalId: "term-003156", Channel: "pos"),
            row.Transaction);
    }

    [Theory]
    [InlineData("7,2018-04-01 00:00:31,596,3156", "wrong_columns")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,57.16,0,0,9", "wrong_columns")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,\"57.16,0,0", "bad_quotes")]
    [InlineData("7,2018-04-01 00:00:31,596,\"3156\"x,57.16,0,0", "bad_quotes")]
    [InlineData(",2018-04-01 00:00:31,596,3156,57.16,0,0", "missing_field")]
    [InlineData("7,,596,3156,57.16,0,0", "missing_field")]
    [InlineData("7,2018-04-01 00:00:31,,3156,57.16,0,0", "missing_field")]
    [InlineData("7,2018-04-31 00:00:31,596,3156,57.16,0,0", "invalid_time")]
    [InlineData("7,yesterday,596,3156,57.16,0,0", "invalid_time")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,much,0,0", "invalid_number")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,NaN,0,0", "invalid_number")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,1e27,0,0", "invalid_number")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,57.165,0,0", "too_many_decimals")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,0,0,0", "amount_out_of_range")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,-57.16,0,0", "amount_out_of_range")]
    [InlineData("7,2018-04-01 00:00:31,5 96,3156,57.16,0,0", "invalid_account_id")]
    [InlineData("7,1918-04-01 00:00:31,596,3156,57.16,0,0", "time_out_of_range")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,57.16,yes,0", "invalid_label")]
    [InlineData("7,2018-04-01 00:00:31,596,3156,57.16,2,0", "invalid_label")]
    public void Handbook_row_when_bad_is_named_with_its_line_and_the_next_is_read(string bad, string code)
    {
        var rows = Handbook(bad, GoodHandbookRow);

        Assert.Equal((2, code), (rows[0].Line, rows[0].Error?.Code));
        Assert.Null(rows[0].Transaction);
        Assert.Equal(3, rows[1].Line);
        Assert.NotNull(rows[1].Transaction);
    }

    [Theory]
    [InlineData("57.160000000000004", 5_716)]
    [InlineData("0.01", 1)]
    [InlineData("146.0", 14_600)]
    [InlineData("\"57.16\"", 5_716)]
    public void Handbook_amount_when_written_as_exports_do_is_read_to_the_cent(string amount, long minor) =>
        Assert.Equal(minor, Assert.Single(Handbook($"7,2018-04-01 00:00:31,596,3156,{amount},0,0")).Transaction?.AmountMinor);

    [Fact]
    public void Handbook_id_when_published_from_another_file_is_the_same()
    {
        var other = HandbookCsv.Read(new StringReader("CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_DATETIME,TRANSACTION_ID\n596,3156,57.16,2018-04-01T00:00:31Z,7\n"), "EUR");

        var row = Assert.Single(other);
        Assert.Equal(Assert.Single(Handbook(GoodHandbookRow)).Transaction, row.Transaction);
        Assert.Null(row.Label);
    }

    [Theory]
    [InlineData("", "bad_header")]
    [InlineData("TRANSACTION_ID,TX_DATETIME\n", "missing_column")]
    [InlineData("a,a\n", "duplicate_column")]
    public void File_when_its_header_cannot_be_used_is_refused_by_name(string text, string code) =>
        Assert.Equal(code, Assert.Throws<CommandException>(() => HandbookCsv.Read(new StringReader(text), "EUR").ToList()).Code);

    [Fact]
    public void Csv_row_when_good_becomes_a_transaction()
    {
        var transaction = Assert.Single(Csv(GoodCsvRow)).Transaction!;

        Assert.Equal((1_250, "EUR", TransactionKind.Payment, 52.5), (transaction.AmountMinor, transaction.Currency, transaction.Kind, transaction.Latitude));
        Assert.Equal("Smith, and \"Sons\"", transaction.Metadata?["shop"]);
    }

    [Theory]
    [InlineData("not-an-id,acc-1,acc-2,1250,EUR,payment,2026-05-01T12:00:00Z,,,,", "invalid_id")]
    [InlineData("00000000-0000-0000-0000-000000000000,acc-1,acc-2,1250,EUR,payment,2026-05-01T12:00:00Z,,,,", "missing_id")]
    [InlineData(Id + ",acc-1,acc-1,1250,EUR,payment,2026-05-01T12:00:00Z,,,,", "same_account")]
    [InlineData(Id + ",acc-1,acc-2,12.50,EUR,payment,2026-05-01T12:00:00Z,,,,", "invalid_number")]
    [InlineData(Id + ",acc-1,acc-2,99999999999999999999,EUR,payment,2026-05-01T12:00:00Z,,,,", "invalid_number")]
    [InlineData(Id + ",acc-1,acc-2,1000000000000001,EUR,payment,2026-05-01T12:00:00Z,,,,", "amount_out_of_range")]
    [InlineData(Id + ",acc-1,acc-2,1250,EUX,payment,2026-05-01T12:00:00Z,,,,", "unknown_currency")]
    [InlineData(Id + ",acc-1,acc-2,1250,EUR,gift,2026-05-01T12:00:00Z,,,,", "unknown_kind")]
    [InlineData(Id + ",acc-1,acc-2,1250,EUR,payment,noon,,,,", "invalid_time")]
    [InlineData(Id + ",acc-1,acc-2,1250,EUR,payment,2026-05-01T12:00:00Z,north,,,", "invalid_number")]
    [InlineData(Id + ",acc-1,acc-2,1250,EUR,payment,2026-05-01T12:00:00Z,91,,,", "degrees_out_of_range")]
    public void Csv_row_when_bad_is_named_and_the_next_is_read(string bad, string code)
    {
        var rows = Csv(bad, GoodCsvRow);

        Assert.Equal((2, code), (rows[0].Line, rows[0].Error?.Code));
        Assert.NotNull(rows[1].Transaction);
    }

    [Theory]
    [InlineData("{", "not_json")]
    [InlineData("hello", "not_json")]
    [InlineData("null", "wrong_shape")]
    [InlineData("[]", "wrong_shape")]
    [InlineData("{\"transactionId\":\"" + Id + "\"}", "wrong_shape")]
    [InlineData("{\"transactionId\":7}", "wrong_shape")]
    public void Json_line_when_bad_is_named_and_the_next_is_read(string bad, string code)
    {
        var rows = JsonLines.Read(new StringReader($"{bad}\n\r\n{GoodJson}")).ToList();

        Assert.Equal((1, code), (rows[0].Line, rows[0].Error?.Code));
        Assert.Equal(3, rows[1].Line);
        Assert.NotNull(rows[1].Transaction);
    }

    [Fact]
    public void Json_line_when_a_value_is_out_of_range_is_named_as_the_contract_names_it() =>
        Assert.Equal(
            "amount_out_of_range", Assert.Single(JsonLines.Read(new StringReader(GoodJson.Replace("1250", "-1", StringComparison.Ordinal)))).Error?.Code);

    [Fact]
    public void Line_when_longer_than_a_message_is_skipped_without_being_held()
    {
        var rows = JsonLines.Read(new StringReader(new string('x', 3_000_000) + "\n" + GoodJson)).ToList();

        Assert.Equal((1, "line_too_long"), (rows[0].Line, rows[0].Error?.Code));
        Assert.NotNull(rows[1].Transaction);
    }

    [Fact]
    public void Skipped_rows_when_there_are_many_are_counted_and_the_first_kept()
    {
        var skipped = new SkippedRows(keep: 3);
        for (var line = 1; line <= 1_000; line++)
            Assert.Equal(line <= 3, skipped.Add(line, new RowError(line % 2 == 0 ? "a" : "b", "", "")));

        Assert.Equal((1_000, 3, 500), (skipped.Count, skipped.First.Count, skipped.ByCode["a"]));
    }

    static List<FileRow> Handbook(params string[] rows) =>
        [.. HandbookCsv.Read(new StringReader(string.Join('\n', [HandbookHeader, .. rows])), "EUR")];

    static List<FileRow> Csv(params string[] rows) => [.. TransactionCsv.Read(new StringReader(string.Join("\r\n", [CsvHeader, .. rows])))];
}
