using Orchestrator.Contracts;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>Amounts as they are written, digit by digit: no floating point, no thousands separators, no exponents.</summary>
static class DecimalAmount
{
    /// <summary>Reads <c>-12.50</c> as minor units.</summary>
    /// <param name="text">An optional sign, digits, and optionally a point with digits.</param>
    /// <param name="digits">How many decimals the currency has.</param>
    /// <param name="zerosMayFollow">Whether zeros beyond those are taken: where 12.500 cannot mean twelve thousand five hundred.</param>
    /// <param name="minor">The amount; zero when there is an error.</param>
    /// <returns>The error's name; null when there is none.</returns>
    public static string? Read(ReadOnlySpan<char> text, int digits, bool zerosMayFollow, out long minor)
    {
        minor = 0;
        var negative = text is ['-', ..];
        if (text is ['-' or '+', ..])
            text = text[1..];
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? [] : text[(point + 1)..];
        if (whole.IsEmpty || (point >= 0 && fraction.IsEmpty) || !AllDigits(whole) || !AllDigits(fraction))
            return BadRowCodes.InvalidNumber;
        if (fraction.Length > digits)
        {
            if (!zerosMayFollow || fraction[digits..].ContainsAnyExcept('0'))
                return BadRowCodes.TooManyDecimals;
            fraction = fraction[..digits];
        }
        if (!TryAppend(whole, ref minor) || !TryAppend(fraction, ref minor) || !TryAppend("000".AsSpan(fraction.Length, digits - fraction.Length), ref minor) || minor == 0)
        {
            minor = 0;
            return BadRowCodes.AmountOutOfRange;
        }
        minor = negative ? -minor : minor;
        return null;
    }

    static bool TryAppend(ReadOnlySpan<char> digits, ref long amount)
    {
        foreach (var digit in digits)
        {
            amount = (amount * 10) + (digit - '0');
            if (amount > ContractErrors.MaxAmountMinor)
                return false;
        }
        return true;
    }

    static bool AllDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
