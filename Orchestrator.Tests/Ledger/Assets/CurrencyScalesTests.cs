using CsCheck;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Decisioning.Features;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Reports;
using Orchestrator.Tests.Decisioning.Deciding;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Ledger.Assets;

public sealed class CurrencyScalesTests
{
    static readonly CurrencyScales Some = new([new Asset("BTC", 8, "Bitcoin"), new Asset("WEI", 18, "Ether"), new Asset("POINTS2026", 0, "Points")]);

    [Theory]
    [InlineData("EUR", 2)]
    [InlineData("JPY", 0)]
    [InlineData("BTC", 8)]
    [InlineData("WEI", 18)]
    [InlineData("POINTS2026", 0)]
    public void Scale_when_the_code_is_known_is_its_own(string code, int digits)
    {
        Assert.True(Some.IsKnown(code));
        Assert.Contains(code, Some.Codes);
        Assert.Equal(digits, Some.MinorDigits(code));
    }

    [Theory]
    [InlineData("XXX")]
    [InlineData("btc")]
    [InlineData("POINTS")]
    [InlineData("")]
    public void Scale_when_the_code_is_not_known_is_none(string code)
    {
        Assert.False(Some.IsKnown(code));
        Assert.Throws<ArgumentException>(() => Some.MinorDigits(code));
    }

    [Fact]
    public void Minor_when_it_is_more_than_64_bits_hold_is_an_amount_that_none_reaches()
    {
        Assert.Equal((12_00, 5, 500_000_000), (Some.Minor(12, "EUR"), Some.Minor(5, "POINTS2026"), Some.Minor(5, "BTC")));
        Assert.Equal((9_000_000_000_000_000_000, long.MaxValue), (Some.Minor(9, "WEI"), Some.Minor(10, "WEI")));
        Gen.Select(Gen.Long[0, 1_000_000_000], Gen.Int[0, Some.Codes.Count - 1].Select(i => Some.Codes[i])).Sample((major, code) =>
            Assert.Equal(System.Numerics.BigInteger.Min(major * System.Numerics.BigInteger.Pow(10, Some.MinorDigits(code)), long.MaxValue), Some.Minor(major, code)));
    }

    [Fact]
    public void Code_when_any_text_is_given_is_well_formed_as_documented() =>
        Gen.String[Gen.Char["AAZZ09a-\n"], 0, 14].Sample(text => Assert.Equal(
            text is { Length: >= 3 and <= 12 } && text[0] is 'A' or 'Z' && text.All(c => c is 'A' or 'Z' or '0' or '9'), CurrencyScales.IsWellFormed(text)));

    [Fact]
    public void Contract_when_it_opens_an_account_takes_what_is_known_alone()
    {
        Assert.True(ContractErrors.Of(Open("BTC"), Some).None);
        Assert.Equal("unknown_currency", Assert.Single(ContractErrors.Of(Open("BTC")).All).Code);
        Assert.Equal("unknown_currency", Assert.Single(ContractErrors.Of(Open("XXX"), Some).All).Code);
    }

    [Theory]
    [InlineData("XXX", true)]
    [InlineData("DOUBLOON", true)]
    [InlineData("xxx", false)]
    [InlineData("XX", false)]
    public void Contract_when_it_is_a_command_that_is_answered_takes_what_is_well_formed(string code, bool taken) =>
        Assert.Equal(taken, ContractErrors.Of(Commands.Debit(1, "a", 5, code)).None);

    [Fact]
    public void Fingerprint_when_code_and_name_run_together_still_differs()
    {
        Assert.NotEqual(CommandFingerprint.Of(Commands.Hold(1, "Xa", 5, "EUR")), CommandFingerprint.Of(Commands.Hold(1, "a", 5, "EURX")));
        Assert.NotEqual(Guid.Empty, CommandFingerprint.Of(Commands.Hold(1, new string('a', ContractErrors.MaxAccountIdLength), 5, "ABCDEFGHIJKL") with { ExpiresAt = Commands.Noon }));
    }

    [Theory]
    [InlineData(999_999_999_999, "BTC", 0)]
    [InlineData(1_000_000_000_000, "BTC", 500)]
    [InlineData(ContractErrors.MaxAmountMinor, "WEI", 0)]
    public void Assessment_when_an_amount_is_of_an_asset_goes_by_its_major_units(long amountMinor, string code, int score)
    {
        var assessed = new BuiltInDecider(Some).Assess(new FeatureEngine(FeaturePlan.Standard), Of(amountMinor, currency: code));

        Assert.Equal(score, assessed.Score);
        Assert.Equal(score > 0, assessed.Reasons.Any(r => r.Sentence.StartsWith("10,000.00 BTC", StringComparison.Ordinal)));
    }

    [Fact]
    public void Report_when_an_asset_has_no_large_amount_of_its_own_goes_by_its_scale()
    {
        var options = new ReportOptions();

        Assert.Equal((1_000_000_000_000, 900_000_000_000), (options.LargeAmount("BTC", Some), options.JustUnder("BTC", Some)));
        Assert.Equal(long.MaxValue, options.LargeAmount("WEI", Some));
    }

    static OpenAccount Open(string code) => Commands.Open("alice", currency: code);
}
