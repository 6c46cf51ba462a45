namespace Orchestrator.Cli.Publish;

/// <summary>The lines of a file, each at most as long as a message may be: what is longer is cut, and marked.</summary>
static class FileLines
{
    /// <summary>The longest line, in characters.</summary>
    public const int MaxLength = Messaging.Wire.OutgoingMessage.MaxBodyBytes;

    /// <summary>Reads lines that end with LF or CRLF; the last may lack its end. Holds no more than one line.</summary>
    public static IEnumerable<(long Number, string Text, bool TooLong)> Read(TextReader reader)
    {
        var buffer = new char[64 << 10];
        var line = new System.Text.StringBuilder();
        long number = 1;
        var tooLong = false;
        int read;
        while ((read = reader.Read(buffer)) > 0)
        {
            var rest = buffer.AsMemory(0, read);
            int end;
            while ((end = rest.Span.IndexOf('\n')) >= 0)
            {
                tooLong |= !Append(line, rest.Span[..end]);
                yield return (number++, Take(line), tooLong);
                tooLong = false;
                rest = rest[(end + 1)..];
            }
            tooLong |= !Append(line, rest.Span);
        }
        if (line.Length > 0 || tooLong)
            yield return (number, Take(line), tooLong);
    }

    static bool Append(System.Text.StringBuilder line, ReadOnlySpan<char> text)
    {
        var room = Math.Min(text.Length, MaxLength - line.Length);
        line.Append(text[..room]);
        return room == text.Length;
    }

    static string Take(System.Text.StringBuilder line)
    {
        if (line.Length > 0 && line[^1] == '\r')
            line.Length--;
        var text = line.ToString();
        line.Clear();
        return text;
    }
}
