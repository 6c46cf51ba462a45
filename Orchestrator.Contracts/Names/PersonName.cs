using System.Collections.Frozen;
using System.Text;

namespace Orchestrator.Contracts.Names;

/// <summary>
/// A person's name in a form in which case, accents, punctuation and the order of its parts do not matter. The service runs without the platform's tables
/// of languages, so which letters are written with accents is said here.
/// </summary>
public static class PersonName
{
    /// <summary>The longest name that is looked at, characters; the rest of a longer one is left out.</summary>
    public const int MaxLength = 128;

    const char FirstCombining = '\u0300';
    const char LastCombining = '\u036f';

    static readonly (string Plain, string Letters)[] Accented =
    [
        ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
        ("b", "ḃḅḇ"),
        ("c", "çćĉċčḉ"),
        ("d", "ďḋḍḏḑḓ"),
        ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
        ("f", "ḟ"),
        ("g", "ĝğġģǧǵḡ"),
        ("h", "ĥȟḣḥḧḩḫẖ"),
        ("i", "ìíîïĩīĭįǐȉȋḭḯỉị"),
        ("j", "ĵǰ"),
        ("k", "ķǩḱḳḵ"),
        ("l", "ĺļľḷḹḻḽ"),
        ("m", "ḿṁṃ"),
        ("n", "ñńņňǹṅṇṉṋ"),
        ("o", "òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
        ("p", "ṕṗ"),
        ("r", "ŕŗřȑȓṙṛṝṟ"),
        ("s", "śŝşšșṡṣṥṧṩẛ"),
        ("t", "ţťțṫṭṯṱẗ"),
        ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
        ("v", "ṽṿ"),
        ("w", "ŵẁẃẅẇẉẘ"),
        ("x", "ẋẍ"),
        ("y", "ýÿŷȳẏẙỳỵỷỹ"),
        ("z", "źżžẑẓẕ"),
        ("a", "ə"),
        ("ae", "æ"),
        ("d", "đð"),
        ("f", "ƒ"),
        ("h", "ħ"),
        ("i", "ı"),
        ("k", "ĸ"),
        ("l", "ł"),
        ("n", "ŋŉ"),
        ("o", "ø"),
        ("oe", "œ"),
        ("s", "ſ"),
        ("ss", "ß"),
        ("t", "ŧ"),
        ("th", "þ"),
    ];

    static readonly FrozenDictionary<char, string> Plain =
        Accented.SelectMany(row => row.Letters.Select(letter => (letter, row.Plain))).ToFrozenDictionary(p => p.letter, p => p.Plain);

    /// <summary>The parts in the order of the alphabet, one space between them; empty when there is no letter or digit in it.</summary>
    public static string Normalised(string name) => string.Join(' ', Parts(name).Order(StringComparer.Ordinal));

    /// <summary>The parts as they come: lower case, without accents and punctuation.</summary>
    public static IReadOnlyList<string> Parts(string name)
    {
        var text = new StringBuilder(MaxLength);
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, MaxLength)))
        {
            var lower = char.ToLowerInvariant(c);
            if (Plain.TryGetValue(lower, out var plain))
                text.Append(plain);
            else if (char.IsLetterOrDigit(lower) || char.IsSurrogate(lower))
                text.Append(lower);
            // O'Neil is Oneil; a hyphen parts.
            else if (lower is not ('\'' or '\u2019' or '`' or (>= FirstCombining and <= LastCombining)))
                text.Append(' ');
        }
        return text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
