using System.Reflection;

namespace Orchestrator.Api.Settings;

/// <summary>A setting that the service reads.</summary>
/// <param name="Section">The section, as <c>Casework</c>.</param>
/// <param name="Path">Its key with what is free in it: <c>Casework:Mail:To:{name}:{n}</c>.</param>
/// <param name="Type">What its value is.</param>
/// <param name="Property">Where it is read into, with its bounds.</param>
/// <param name="Default">What holds where nobody says; null when there is nothing.</param>
public sealed record Setting(string Section, string Path, Type Type, PropertyInfo Property, string? Default)
{
    /// <summary>Stands in a path for a name that whoever writes it chooses.</summary>
    public const string AnyName = "{name}";

    /// <summary>Stands in a path for a number: 0, 1, 2 and so on.</summary>
    public const string AnyNumber = "{n}";

    /// <summary>Its environment variable.</summary>
    public string Variable => Path.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>Whether a key is this setting.</summary>
    public bool IsAt(string[] key)
    {
        var path = Path.Split(':');
        if (path.Length != key.Length)
            return false;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != AnyName && !(path[i] == AnyNumber && key[i].All(char.IsAsciiDigit)) && !string.Equals(path[i], key[i], StringComparison.OrdinalIgnoreCase))
                return false;
        }
        return true;
    }
}
