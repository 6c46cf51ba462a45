using Microsoft.Extensions.Options;
using Orchestrator.Contracts;

namespace Orchestrator.Ledger.Reports;

/// <summary>Large amounts are configured for currencies and assets that there are.</summary>
sealed class ReportCurrencies(CurrencyScales currencies) : IValidateOptions<ReportOptions>
{
    public ValidateOptionsResult Validate(string? name, ReportOptions options) =>
        options.LargeAmountMinor.Keys.FirstOrDefault(c => !currencies.IsKnown(c)) is { } unknown
            ? ValidateOptionsResult.Fail($"LargeAmountMinor: {unknown} is no ISO 4217 alphabetic code, upper case, and no asset of {Assets.AssetOptions.Section}")
            : ValidateOptionsResult.Success;
}
