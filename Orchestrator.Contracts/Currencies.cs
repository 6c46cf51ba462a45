using System.Collections.Frozen;

namespace Orchestrator.Contracts;

/// <summary>The active currencies of ISO 4217 and their minor units (SIX Group, list one; funds codes and metals left out).</summary>
public static class Currencies
{
    const string Two =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK " +
        "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD " +
        "KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP " +
        "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH " +
        "USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";
    const string None = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
    const string Three = "BHD IQD JOD KWD LYD OMR TND";

    static readonly FrozenDictionary<string, int> Digits =
        Codes(Two, 2).Concat(Codes(None, 0)).Concat(Codes(Three, 3)).ToFrozenDictionary(c => c.Code, c => c.Digits, StringComparer.Ordinal);

    /// <summary>Every active alphabetic code, in the order of the alphabet.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Digits.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether <paramref name="code"/> is an active alphabetic code, upper case.</summary>
    public static bool IsKnown(string? code) => code is not null && Digits.ContainsKey(code);

    /// <summary>How many decimal digits the minor unit has: 2 for EUR, 0 for JPY, 3 for KWD.</summary>
    /// <exception cref="ArgumentException">The code is not known.</exception>
    public static int MinorDigits(string code) =>
        Digits.TryGetValue(code, out var digits) ? digits : throw new ArgumentException($"Unknown currency {code}", nameof(code));

    static IEnumerable<(string Code, int Digits)> Codes(string codes, int digits) => codes.Split(' ').Select(code => (code, digits));
}
