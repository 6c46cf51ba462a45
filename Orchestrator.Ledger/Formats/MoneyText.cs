using System.Globalization;

namespace Orchestrator.Ledger.Formats;

/// <summary>Amounts for people.</summary>
static class MoneyText
{
    /// <summary>Major units with <paramref name="digits"/> decimals: -12.50 for -1250 with 2, 7 for 7 with none.</summary>
    public static string Of(long amountMinor, int digits) => Decimal(amountMinor, digits, "F");

    /// <summary>The same with thousands set apart: 1,234.50.</summary>
    public static string Grouped(long amountMinor, int digits) => Decimal(amountMinor, digits, "N");

    static string Decimal(long amountMinor, int digits, string format)
    {
        var amount = (decimal)amountMinor;
        for (var i = 0; i < digits; i++)
            amount /= 10;
        return amount.ToString($"{format}{digits}", CultureInfo.InvariantCulture);
    }
}
