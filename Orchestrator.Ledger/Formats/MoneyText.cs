using System.Globalization;
using Orchestrator.Contracts;

namespace Orchestrator.Ledger.Formats;

/// <summary>Amounts for people.</summary>
static class MoneyText
{
    /// <summary>Major units with as many decimals as the currency has: -12.50 for -1250 of EUR, 7 for 7 of JPY.</summary>
    public static string Of(long amountMinor, string currency) => Decimal(amountMinor, currency, "F");

    /// <summary>The same with thousands set apart: 1,234.50.</summary>
    public static string Grouped(long amountMinor, string currency) => Decimal(amountMinor, currency, "N");

    static string Decimal(long amountMinor, string currency, string format)
    {
        var digits = Currencies.MinorDigits(currency);
        var amount = (decimal)amountMinor;
        for (var i = 0; i < digits; i++)
            amount /= 10;
        return amount.ToString($"{format}{digits}", CultureInfo.InvariantCulture);
    }
}
