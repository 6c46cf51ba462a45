using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// What a vector's numbers mean: the definitions in order, and a hash that a model or a stored vector names its schema by. A catalogue grows at its end, so a schema knows the
/// hashes of all its beginnings: what was made for one of them fits the first of this one's numbers.
/// </summary>
public sealed class FeatureSchema
{
    const int HashDigits = 16;

    readonly FrozenDictionary<string, int> _indexes;
    readonly FrozenDictionary<string, int> _beginnings;

    internal FeatureSchema(IReadOnlyList<FeatureDefinition> definitions, TimeSpan labelDelay)
    {
        Definitions = definitions;
        Names = [.. definitions.Select(d => d.Name)];
        var hashes = Hashes(definitions, labelDelay);
        Hash = hashes[^1];
        _beginnings = hashes.Index().ToFrozenDictionary(h => h.Item, h => h.Index + 1, StringComparer.Ordinal);
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

    /// <summary>
    /// How many features a schema of this hash has, where they are the first of this one's: all of them for its own, fewer for what it was before features were added.
    /// -1 where it is another schema.
    /// </summary>
    public int LengthOf(string? hash) => hash is null ? -1 : _beginnings.GetValueOrDefault(hash, -1);

    // The constants by which amounts are marked are part of what a count of high amounts means.
    static string[] Hashes(IReadOnlyList<FeatureDefinition> definitions, TimeSpan labelDelay)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"3|{labelDelay.TotalMilliseconds}|{HighAmounts.High}|{HighAmounts.VeryHigh}|{HighAmounts.MinimumHistory}\n"));
        var hashes = new string[definitions.Count];
        foreach (var (i, d) in definitions.Index())
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{d.Name}|{d.Measure}|{d.Key}|{d.Window.TotalMilliseconds}|{d.Only}|{d.Delayed}\n"));
            hashes[i] = Convert.ToHexStringLower(hash.GetCurrentHash())[..HashDigits];
        }
        return hashes;
    }
}
