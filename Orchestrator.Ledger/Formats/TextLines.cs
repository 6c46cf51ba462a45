using System.Text;

namespace Orchestrator.Ledger.Formats;

/// <summary>The lines of a text, each at most so long: what is longer is cut, and marked.</summary>
public static class TextLines
{
    /// <summary>Reads lines that end with LF or CRLF; the last may lack its end. Holds no more than one line.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="maxLength">The longest line, in characters.</param>
    public static IEnumerable<(long Number, string Text, bool TooLong)> Read(TextReader reader, int maxLength)
    {
        var buffer = new char[64 << 10];
        var line = new StringBuilder();
        long number = 1;
        var tooLong = false;
        int read;
        while ((read = reader.Read(buffer)) > 0)
        {
            var rest = buffer.AsMemory(0, read);
            int end;
            while ((end = rest.Span.IndexOf('\n')) >= 0)
            {
                tooLong |= !Append(line, rest.Span[..end], maxLength);
                yield return (number++, Take(line), tooLong);
                tooLong = false;
                rest = rest[(end + 1)..];
            }
            tooLong |= !Append(line, rest.Span, maxLength);
        }
        if (line.Length > 0 || tooLong)
            yield return (number, Take(line), tooLong);
    }

    static bool Append(StringBuilder line, ReadOnlySpan<char> text, int maxLength)
    {
        var room = Math.Min(text.Length, maxLength - line.Length);
        line.Append(text[..room]);
        return room == text.Length;
    }

    static string Take(StringBuilder line)
    {
        if (line.Length > 0 && line[^1] == '\r')
            line.Length--;
        var text = line.ToString();
        line.Clear();
        return text;
    }
}
