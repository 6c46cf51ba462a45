using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Decisioning.Features;

/// <summary>What a vector's numbers mean: the definitions in order, and a hash that a model or a stored vector names its schema by.</summary>
public sealed class FeatureSchema
{
    readonly FrozenDictionary<string, int> _indexes;

    internal FeatureSchema(IReadOnlyList<FeatureDefinition> definitions, TimeSpan labelDelay)
    {
        Definitions = definitions;
        Names = [.. definitions.Select(d => d.Name)];
        Hash = HashOf(definitions, labelDelay);
        _indexes = definitions.Index().ToFrozenDictionary(d => d.Item.Name, d => d.Index, StringComparer.Ordinal);
    }

    /// <summary>The features, in the order of the vector.</summary>
    public IReadOnlyList<FeatureDefinition> Definitions { get; }

    /// <summary>Their names, in the order of the vector.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Lower-case hex of SHA-256, the first 16 digits, over everything that gives the numbers their meaning.</summary>
    public string Hash { get; }

    /// <summary>How many numbers a vector has.</summary>
    public int Length => Definitions.Count;

    /// <summary>The position of a feature; -1 when there is none of that name.</summary>
    public int IndexOf(string name) => _indexes.GetValueOrDefault(name, -1);

    // The constants by which amounts are marked are part of what a count of high amounts means.
    static string HashOf(IReadOnlyList<FeatureDefinition> definitions, TimeSpan labelDelay)
    {
        var text = new StringBuilder();
        text.Append($"3|{labelDelay.TotalMilliseconds}|{HighAmounts.High}|{HighAmounts.VeryHigh}|{HighAmounts.MinimumHistory}\n");
        foreach (var d in definitions)
            text.Append($"{d.Name}|{d.Measure}|{d.Key}|{d.Window.TotalMilliseconds}|{d.Only}|{d.Delayed}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }
}
