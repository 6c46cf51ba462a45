using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Reports;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Reports;

public sealed class ReportOptionsTests
{
    [Fact]
    public void Reports_when_documented_are_all_there_with_every_column()
    {
        var documented = ApprovedText.Read("docs/design/reports.md");

        foreach (var report in ReportDefinitions.All)
        {
            var start = documented.IndexOf($"## {report.Name}\n", StringComparison.Ordinal);
            Assert.True(start >= 0, report.Name);
            var end = documented.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
            var section = end < 0 ? documented[start..] : documented[start..end];
            foreach (var c in report.Columns)
                Assert.Contains($"| `{c.Name}` | {c.Type}{(c.Nullable ? ", may be empty" : "")} | {c.Unit} | {c.Description} |\n", section, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("LargeAmountMinor:EUR", "0", "EUR must be from 1")]
    [InlineData("LargeAmountMinor:XXX", "5", "XXX is no ISO 4217")]
    [InlineData("StructuringPercent", "100", "StructuringPercent")]
    [InlineData("StructuringCount", "1", "StructuringCount")]
    [InlineData("DormantDays", "6", "DormantDays")]
    [InlineData("MaxRangeDays", "0", "MaxRangeDays")]
    [InlineData("OtherLargeAmountMajor", "0", "OtherLargeAmountMajor")]
    public async Task Options_when_out_of_range_do_name_them(string key, string value, string named)
    {
        await using var provider = Provider(key, value);

        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<ReportOptions>>().Value);

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_when_one_currency_is_configured_do_keep_the_others()
    {
        await using var provider = Provider("LargeAmountMinor:EUR", "5");

        var options = provider.GetRequiredService<IOptions<ReportOptions>>().Value;

        Assert.Equal((5, 1_000_000, 10_000, 10_000_000), (options.LargeAmount("EUR", CurrencyScales.Iso), options.LargeAmount("USD", CurrencyScales.Iso), options.LargeAmount("KRW", CurrencyScales.Iso), options.LargeAmount("KWD", CurrencyScales.Iso)));
        Assert.Empty(options.Validate(new ValidationContext(options)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-03-02")]
    [InlineData("2026-03-02~")]
    [InlineData("2026-13-02~a")]
    [InlineData("2026-03-02~a~b")]
    [InlineData("2026-03-02~\u0000")]
    public void Cursor_when_it_is_none_of_ours_is_not_read(string text) => Assert.False(ReportCursor.TryParse(text, out _));

    static ServiceProvider Provider(string key, string value) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new($"Ledger:Reports:{key}", value)]).Build())
        .AddSingleton(_ => NpgsqlDataSource.Create("Host=nowhere"))
        .AddReports()
        .BuildServiceProvider();
}
