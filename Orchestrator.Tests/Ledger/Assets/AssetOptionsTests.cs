using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Assets;
using Orchestrator.Ledger.Reports;

namespace Orchestrator.Tests.Ledger.Assets;

public sealed class AssetOptionsTests
{
    [Theory]
    [InlineData("BT", "8", "Bitcoin", "0: Code must be")]
    [InlineData("btc", "8", "Bitcoin", "0: Code must be")]
    [InlineData("1INCH", "8", "One inch", "0: Code must be")]
    [InlineData("ABCDEFGHIJKLM", "8", "Thirteen", "0: Code must be")]
    [InlineData("EUR", "2", "Euro", "EUR is a currency of ISO 4217")]
    [InlineData("BTC", null, "Bitcoin", "BTC: Scale must be given")]
    [InlineData("BTC", "-1", "Bitcoin", "BTC: Scale must be given")]
    [InlineData("BTC", "19", "Bitcoin", "BTC: Scale must be given")]
    [InlineData("BTC", "8", null, "BTC: Name must be")]
    [InlineData("BTC", "8", "Bit\ncoin", "BTC: Name must be")]
    [InlineData("POINTS", "0", "Points", "POINTS is there twice")]
    public async Task Assets_when_one_is_wrong_say_which_and_why(string code, string? scale, string? name, string said)
    {
        await using var provider = Provider(
            ("Ledger:Assets:0:Code", code), ("Ledger:Assets:0:Scale", scale), ("Ledger:Assets:0:Name", name),
            ("Ledger:Assets:1:Code", "POINTS"), ("Ledger:Assets:1:Scale", "0"), ("Ledger:Assets:1:Name", "Points"));

        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<CurrencyScales>());

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Ledger:Assets", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assets_when_configured_are_known_beside_the_currencies()
    {
        await using var provider = Provider(
            ("Ledger:Assets:0:Code", "BTC"), ("Ledger:Assets:0:Scale", "8"), ("Ledger:Assets:0:Name", "Bitcoin"), ("Ledger:Reports:LargeAmountMinor:BTC", "7"));
        var scales = provider.GetRequiredService<CurrencyScales>();

        Assert.Equal((8, 2), (scales.MinorDigits("BTC"), scales.MinorDigits("EUR")));
        Assert.Equal(7, provider.GetRequiredService<IOptions<ReportOptions>>().Value.LargeAmount("BTC", scales));
    }

    [Fact]
    public async Task Assets_when_none_are_configured_leave_the_currencies()
    {
        await using var provider = Provider();

        Assert.Equal(CurrencyScales.Iso.Codes, provider.GetRequiredService<CurrencyScales>().Codes);
    }

    static ServiceProvider Provider(params (string Key, string? Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Where(s => s.Value is not null).Select(s => KeyValuePair.Create(s.Key, s.Value))).Build())
        .AddSingleton(_ => NpgsqlDataSource.Create("Host=nowhere"))
        .AddAssets()
        .AddReports()
        .BuildServiceProvider();
}
