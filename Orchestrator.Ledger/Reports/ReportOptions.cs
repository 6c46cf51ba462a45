using System.ComponentModel.DataAnnotations;
using Orchestrator.Contracts;

namespace Orchestrator.Ledger.Reports;

/// <summary>
/// What regulatory reports go by; section <c>Ledger:Reports</c>, validated at start. The read model holds nothing of it: another value holds from the next
/// question on, for past days too.
/// </summary>
public sealed class ReportOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ledger:Reports";

    /// <summary>The fewest days without a movement that a report can ask for: shorter pauses are not kept.</summary>
    public const int LeastDormantDays = 7;

    /// <summary>
    /// From which amount on a movement is large, in minor units, by currency. Default 10,000.00 of EUR, USD, GBP, CAD and AUD, 15,000.00 of CHF,
    /// 2,000,000 of JPY.
    /// </summary>
    public Dictionary<string, long> LargeAmountMinor { get; init; } = new(StringComparer.Ordinal)
    {
        ["EUR"] = 1_000_000,
        ["USD"] = 1_000_000,
        ["GBP"] = 1_000_000,
        ["CAD"] = 1_000_000,
        ["AUD"] = 1_000_000,
        ["CHF"] = 1_500_000,
        ["JPY"] = 2_000_000,
    };

    /// <summary>The same for every other currency, in major units. Default 10,000.</summary>
    [Range(1, 1_000_000_000)]
    public long OtherLargeAmountMajor { get; init; } = 10_000;

    /// <summary>From which share of the large amount on a movement is just under it, percent. Default 90.</summary>
    [Range(50, 99)]
    public int StructuringPercent { get; init; } = 90;

    /// <summary>How many movements just under the large amount in one day are reported. Default 3.</summary>
    [Range(2, 1_000)]
    public int StructuringCount { get; init; } = 3;

    /// <summary>After how many days without a movement an account was dormant. Default 180.</summary>
    [Range(LeastDormantDays, 3_650)]
    public int DormantDays { get; init; } = 180;

    /// <summary>The most days that one request may span. Default 366.</summary>
    [Range(1, 3_660)]
    public int MaxRangeDays { get; init; } = 366;

    /// <summary>From which amount on a movement in <paramref name="currency"/> is large, minor units.</summary>
    public long LargeAmount(string currency, CurrencyScales currencies) =>
        LargeAmountMinor.TryGetValue(currency, out var amountMinor) ? amountMinor : currencies.Minor(OtherLargeAmountMajor, currency);

    /// <summary>From which amount on a movement in <paramref name="currency"/> is just under the large amount, minor units.</summary>
    public long JustUnder(string currency, CurrencyScales currencies) => (long)(((Int128)LargeAmount(currency, currencies) * StructuringPercent + 99) / 100);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (currency, amountMinor) in LargeAmountMinor)
        {
            if (amountMinor is < 1 or > ContractErrors.MaxAmountMinor)
                yield return new ValidationResult($"LargeAmountMinor: {currency} must be from 1 to {ContractErrors.MaxAmountMinor} minor units", [nameof(LargeAmountMinor)]);
        }
    }
}
