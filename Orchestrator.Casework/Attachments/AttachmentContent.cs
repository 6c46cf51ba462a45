using System.Buffers;
using System.Text;

namespace Orchestrator.Casework.Attachments;

/// <summary>What may be attached, and whether it is what it is said to be. Pure.</summary>
public static class AttachmentContent
{
    /// <summary>The longest name.</summary>
    public const int MaxName = 255;

    // What a header of a mail may take of it.
    const int MaxMailHeader = 256 << 10;

    static readonly Dictionary<string, string[]> Extensions = new(StringComparer.Ordinal)
    {
        ["application/pdf"] = [".pdf"],
        ["image/png"] = [".png"],
        ["image/jpeg"] = [".jpg", ".jpeg"],
        ["text/plain"] = [".txt", ".log"],
        ["text/csv"] = [".csv"],
        ["message/rfc822"] = [".eml"],
    };

    static readonly SearchValues<byte> Control = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i).Except("\t\n\f\r"u8.ToArray()), 127]);

    static readonly SearchValues<char> Forbidden = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (char)i), '/', '\\', '\u007f', '\u202e', '\u202d']);

    /// <summary>The types that may be attached.</summary>
    public static IReadOnlyCollection<string> MediaTypes => Extensions.Keys;

    /// <summary>Why it may not be attached, by a stable name; null when it may.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="mediaType">What it is said to be, in lower case.</param>
    /// <param name="content">What it is.</param>
    public static string? Refuse(string? name, string mediaType, ReadOnlySpan<byte> content)
    {
        if (!Extensions.TryGetValue(mediaType, out var extensions))
            return "unknown_media_type";
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxName || name.AsSpan().ContainsAny(Forbidden))
            return "invalid_name";
        if (!extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase))
            return "name_mismatch";
        if (content.IsEmpty)
            return "empty_content";
        return Is(mediaType, content) ? null : "content_mismatch";
    }

    static bool Is(string mediaType, ReadOnlySpan<byte> content) => mediaType switch
    {
        "application/pdf" => content.StartsWith("%PDF-"u8),
        "image/png" => content.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]),
        "image/jpeg" => content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]),
        "text/plain" => IsText(content),
        "text/csv" => IsText(content) && content.Count((byte)'"') % 2 == 0,
        "message/rfc822" => IsMail(content),
        _ => false,
    };

    // UTF-8 without control characters, and nothing that begins as something else does.
    static bool IsText(ReadOnlySpan<byte> content) => !content.StartsWith("%PDF-"u8) && !content.ContainsAny(Control) && Utf8Valid(content);

    static bool Utf8Valid(ReadOnlySpan<byte> content) => System.Text.Unicode.Utf8.IsValid(content);

    // Header lines, From among them and something that says when or what about, then an empty line. Bodies may be in any encoding.
    static bool IsMail(ReadOnlySpan<byte> content)
    {
        var crlf = content.IndexOf("\r\n\r\n"u8);
        var lf = content.IndexOf("\n\n"u8);
        var end = crlf < 0 ? lf : lf < 0 ? crlf : Math.Min(crlf, lf);
        var header = content[..(end < 0 ? content.Length : end)];
        if (header.Length > MaxMailHeader || !IsText(header) || content.Contains((byte)0))
            return false;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Encoding.UTF8.GetString(header).Split('\n'))
        {
            if (line.Length > 0 && (line[0] == ' ' || line[0] == '\t') && names.Count > 0)
                continue;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || line.AsSpan(0, colon).ContainsAnyExceptInRange('!', '~'))
                return false;
            names.Add(line[..colon]);
        }
        return names.Contains("From") && (names.Contains("Date") || names.Contains("Subject") || names.Contains("Received") || names.Contains("Message-ID"));
    }
}
