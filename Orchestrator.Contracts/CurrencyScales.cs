using System.Collections.Frozen;

namespace Orchestrator.Contracts;

/// <summary>Something that is counted beside the currencies of ISO 4217: points, a crypto asset, units of a fund.</summary>
/// <param name="Code">From 3 to 12 capital letters and digits, the first a letter; no currency of ISO 4217.</param>
/// <param name="Scale">How many decimal digits its smallest unit has, from 0 to <see cref="CurrencyScales.MaxScale"/>.</param>
/// <param name="Name">What people call it.</param>
public sealed record Asset(string Code, int Scale, string Name);

/// <summary>
/// What amounts may be in, and how many decimal digits each has: the active currencies of ISO 4217, and the assets that are configured beside them. Whatever
/// writes an amount in major units, or takes one, asks here.
/// </summary>
public sealed class CurrencyScales
{
    /// <summary>The most decimal digits of an asset: one whole unit still fits into 64 bits.</summary>
    public const int MaxScale = 18;

    /// <summary>The shortest code.</summary>
    public const int MinCodeLength = 3;

    /// <summary>The longest code.</summary>
    public const int MaxCodeLength = 12;

    readonly FrozenDictionary<string, int> _assets;

    /// <summary>ISO 4217 and <paramref name="assets"/>.</summary>
    /// <exception cref="ArgumentException">Two have the same code.</exception>
    public CurrencyScales(IEnumerable<Asset> assets)
    {
        _assets = assets.ToFrozenDictionary(a => a.Code, a => a.Scale, StringComparer.Ordinal);
        Codes = [.. Currencies.All.Concat(_assets.Keys).Order(StringComparer.Ordinal)];
    }

    /// <summary>ISO 4217 alone.</summary>
    public static CurrencyScales Iso { get; } = new([]);

    /// <summary>Every code, in the order of the alphabet.</summary>
    public IReadOnlyList<string> Codes { get; }

    /// <summary>Whether amounts may be in <paramref name="code"/>.</summary>
    public bool IsKnown(string? code) => code is not null && (Currencies.IsKnown(code) || _assets.ContainsKey(code));

    /// <summary>How many decimal digits the smallest unit has: 2 for EUR, 0 for JPY.</summary>
    /// <exception cref="ArgumentException">The code is not known.</exception>
    public int MinorDigits(string code) => _assets.TryGetValue(code, out var digits) ? digits : Currencies.MinorDigits(code);

    /// <summary>
    /// What <paramref name="major"/> whole units are in the smallest ones; <see cref="long.MaxValue"/>, which no amount reaches, where they are more than 64 bits hold.
    /// </summary>
    /// <exception cref="ArgumentException">The code is not known.</exception>
    public long Minor(long major, string code)
    {
        Int128 minor = major;
        for (var left = MinorDigits(code); left > 0; left--)
            minor *= 10;
        return (long)Int128.Min(minor, long.MaxValue);
    }

    /// <summary>Whether <paramref name="code"/> is written as codes are, known or not: from 3 to 12 capital letters and digits, the first a letter.</summary>
    public static bool IsWellFormed(string? code) =>
        code is { Length: >= MinCodeLength and <= MaxCodeLength } && char.IsAsciiLetterUpper(code[0])
        && code.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));
}
