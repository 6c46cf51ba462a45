using System.Text;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Activity.Store;

/// <summary>Texts as PostgreSQL takes them, whatever a site has sent: one that it would refuse must not keep all others from being stored.</summary>
internal static class StoredText
{
    // An entry of an index has room for some 2,700 bytes.
    const int MaxKeyBytes = 1_024;
    const int KeptCharacters = 200;

    /// <summary>A text without zero characters and broken pairs.</summary>
    public static string? Clean(string? text)
    {
        if (text is null || IsClean(text))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return clean.ToString();
    }

    /// <summary>A text that is part of a key: a very long one is cut, and stays another than those that begin like it.</summary>
    public static string Key(string text)
    {
        if (text.Length * 3 <= MaxKeyBytes && IsClean(text))
            return text;
        var clean = Clean(text)!;
        return Encoding.UTF8.GetByteCount(clean) <= MaxKeyBytes ? clean : $"{Clean(clean[..KeptCharacters])}…{HashedId.Of(clean):N}";
    }

    static bool IsClean(string text)
    {
        foreach (var c in text)
        {
            if (c == '\0' || char.IsSurrogate(c))
                return false;
        }
        return true;
    }
}
