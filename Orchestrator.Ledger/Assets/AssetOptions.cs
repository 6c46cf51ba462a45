using System.ComponentModel.DataAnnotations;
using Orchestrator.Contracts;

namespace Orchestrator.Ledger.Assets;

/// <summary>What accounts may be in beside the currencies of ISO 4217; section <c>Ledger:Assets</c>, validated at start.</summary>
public sealed class AssetOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ledger:Assets";

    /// <summary>The most assets that can be configured.</summary>
    public const int MostAssets = 1_000;

    const int MaxNameLength = ContractErrors.MaxTextLength;

    /// <summary>The assets, in any order. Default: none.</summary>
    public IList<AssetSetting> Assets { get; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Assets.Count > MostAssets)
            yield return Refused($"at most {MostAssets} assets");
        var codes = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Assets.Count; i++)
        {
            if (Wrong(Assets[i], codes) is { } wrong)
                yield return Refused($"{i}: {wrong}");
        }
    }

    static string? Wrong(AssetSetting asset, HashSet<string> codes)
    {
        if (!CurrencyScales.IsWellFormed(asset.Code))
            return $"Code must be from {CurrencyScales.MinCodeLength} to {CurrencyScales.MaxCodeLength} capital letters and digits, the first a letter";
        if (Currencies.IsKnown(asset.Code))
            return $"{asset.Code} is a currency of ISO 4217, which has its scale already";
        if (!codes.Add(asset.Code))
            return $"{asset.Code} is there twice";
        if (asset.Scale is not (>= 0 and <= CurrencyScales.MaxScale))
            return $"{asset.Code}: Scale must be given, from 0 to {CurrencyScales.MaxScale}";
        return string.IsNullOrWhiteSpace(asset.Name) || asset.Name.Length > MaxNameLength || asset.Name.Any(char.IsControl)
            ? $"{asset.Code}: Name must be from 1 to {MaxNameLength} characters, none of them a control character"
            : null;
    }

    static ValidationResult Refused(string why) => new($"{Section}: {why}", [nameof(Assets)]);
}

/// <summary>One asset as it is configured.</summary>
public sealed class AssetSetting
{
    /// <summary>Its code for ever: from 3 to 12 capital letters and digits, the first a letter; no currency of ISO 4217.</summary>
    public string Code { get; init; } = "";

    /// <summary>How many decimal digits its smallest unit has, from 0 to 18; it has no default, and never changes once an account is in the asset.</summary>
    public int? Scale { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";
}
