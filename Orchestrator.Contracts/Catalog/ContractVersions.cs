using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orchestrator.Contracts.Catalog;

/// <summary>
/// Every name under which a message may come: that of today, and those of older versions that upcasters lead on from. A name ends in its version,
/// <c>.v1</c>, <c>.v2</c>, and so on.
/// </summary>
public sealed class ContractVersions
{
    readonly Dictionary<string, UpcastPath> _paths = new(StringComparer.Ordinal);
    readonly Dictionary<string, (int Version, MessageContract Contract)> _newest = new(StringComparer.Ordinal);

    /// <summary>What can be read with these.</summary>
    /// <param name="contracts">Today's messages.</param>
    /// <param name="upcasters">One for each step from an older version to the next, in any order.</param>
    /// <exception cref="ArgumentException">Two upcasters read the same name, or one leads to no message of today.</exception>
    public ContractVersions(IEnumerable<MessageContract> contracts, IEnumerable<IUpcaster> upcasters)
    {
        var steps = upcasters.ToDictionary(u => u.From, StringComparer.Ordinal);
        foreach (var contract in contracts)
        {
            var path = new UpcastPath(contract, []);
            _paths.Add(contract.Name, path);
            if (!TrySplit(contract.Name, out var family, out var version))
                continue;
            if (!_newest.TryGetValue(family, out var other) || other.Version < version)
                _newest[family] = (version, contract);
            while (steps.Remove(Name(family, --version), out var step))
                _paths.Add(step.From, path = new UpcastPath(contract, [step, .. path.Steps]));
        }
        if (steps.Count > 0)
            throw new ArgumentException($"no message of today is reached from {string.Join(", ", steps.Keys.Order(StringComparer.Ordinal))}", nameof(upcasters));
    }

    /// <summary>How a message of this name is read.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out UpcastPath? path) => _paths.TryGetValue(name, out path);

    /// <summary>Today's message, when <paramref name="name"/> is one of its versions, of whatever number.</summary>
    public bool TryFindNewest(string name, [NotNullWhen(true)] out MessageContract? newest)
    {
        newest = TrySplit(name, out var family, out _) && _newest.TryGetValue(family, out var found) ? found.Contract : null;
        return newest is not null;
    }

    /// <summary>Reads a message of any version that is known.</summary>
    /// <param name="name">Its name on the wire.</param>
    /// <param name="json">Its body.</param>
    /// <returns>Today's record; null when the body is <c>null</c>.</returns>
    /// <exception cref="UnknownVersionException">There is such a message, but this version of it is newer than is known here, or too old.</exception>
    /// <exception cref="ArgumentException">There is no such message.</exception>
    /// <exception cref="System.Text.Json.JsonException">The body is not JSON, or not as this version has it.</exception>
    public object? Read(string name, ReadOnlySpan<byte> json) =>
        TryFind(name, out var path) ? path.Read(json)
        : TryFindNewest(name, out var newest) ? throw new UnknownVersionException(name, newest.Name)
        : throw new ArgumentException($"{name} is no message that is known here", nameof(name));

    static string Name(string family, int version) => $"{family}.v{version}";

    static bool TrySplit(string name, [NotNullWhen(true)] out string? family, out int version)
    {
        var at = name.LastIndexOf(".v", StringComparison.Ordinal);
        family = at > 0 ? name[..at] : null;
        version = 0;
        return family is not null && int.TryParse(name.AsSpan(at + 2), NumberStyles.None, CultureInfo.InvariantCulture, out version) && version > 0;
    }
}

/// <summary>A version of a message that cannot be read here: a newer service has published it, or no upcaster leads on from it.</summary>
public sealed class UnknownVersionException(string name, string newest) : Exception($"{Code}: {name} cannot be read here, where {newest} is the newest")
{
    /// <summary>The error's stable name.</summary>
    public const string Code = "unknown_version";
}
