using System.Globalization;

namespace Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

/// <summary>The words of a proto file, without its comments.</summary>
sealed class ProtobufTokens
{
    readonly List<(string Text, int Line)> _tokens = [];
    int _at;

    /// <summary>Cuts a text into words.</summary>
    public ProtobufTokens(string text)
    {
        var line = 1;
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c == '\n')
                line++;
            if (char.IsWhiteSpace(c))
            {
                i++;
                continue;
            }
            var end = End(text, i, line);
            var token = text[i..end];
            if (!token.StartsWith("//", StringComparison.Ordinal) && !token.StartsWith("/*", StringComparison.Ordinal))
                _tokens.Add((token, line));
            line += token.AsSpan().Count('\n');
            i = end;
        }
    }

    /// <summary>Whether all was read.</summary>
    public bool AtEnd => _at == _tokens.Count;

    /// <summary>The next word, which stays; empty at the end.</summary>
    public string Peek => AtEnd ? "" : _tokens[_at].Text;

    /// <summary>The line of the next word.</summary>
    public int Line => _tokens.Count == 0 ? 1 : _tokens[Math.Min(_at, _tokens.Count - 1)].Line;

    /// <summary>The next word.</summary>
    public string Take() => AtEnd ? throw Fault("something more") : _tokens[_at++].Text;

    /// <summary>Takes this word if it is the next.</summary>
    public bool TryTake(string word)
    {
        if (!string.Equals(Peek, word, StringComparison.Ordinal))
            return false;
        _at++;
        return true;
    }

    /// <summary>Takes this word, which must be the next.</summary>
    public void Expect(string word)
    {
        if (!TryTake(word))
            throw Fault($"\"{word}\"");
    }

    /// <summary>A name, with points between its parts where these are allowed.</summary>
    public string Name(bool dotted = false)
    {
        var token = Peek;
        if (token.Length == 0 || !(char.IsAsciiLetter(token[0]) || token[0] is '_' || (dotted && token[0] is '.')) || (!dotted && token.Contains('.')))
            throw Fault("a name");
        _at++;
        return token;
    }

    /// <summary>A number.</summary>
    public int Number()
    {
        var negative = TryTake("-");
        var token = Peek;
        var hex = token.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!int.TryParse(hex ? token[2..] : token, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw Fault("a number");
        _at++;
        return negative ? -number : number;
    }

    /// <summary>A text in quotes.</summary>
    public string Text()
    {
        if (Peek is not (['"', .., '"'] or ['\'', .., '\'']))
            throw Fault("a text in quotes");
        return Take()[1..^1];
    }

    /// <summary>Passes over all up to this word, and over it too.</summary>
    public void Skip(string until)
    {
        while (!TryTake(until))
            Take();
    }

    /// <summary>Something else was expected here.</summary>
    public SchemaException Fault(string expected) => new("bad_proto", $"line {Line}: {expected} is expected{(AtEnd ? "" : $", not \"{Peek}\"")}");

    static int End(string text, int from, int line)
    {
        var c = text[from];
        if (text.AsSpan(from).StartsWith("//"))
            return text.IndexOf('\n', from) is var end and >= 0 ? end : text.Length;
        if (text.AsSpan(from).StartsWith("/*"))
            return text.IndexOf("*/", from + 2, StringComparison.Ordinal) is var close and >= 0 ? close + 2 : throw new SchemaException("bad_proto", $"line {line}: the comment has no end");
        if (c is '"' or '\'')
            return text.IndexOf(c, from + 1) is var quote and >= 0 ? quote + 1 : throw new SchemaException("bad_proto", $"line {line}: the text has no end");
        if (!IsWord(c))
            return from + 1;
        var at = from;
        while (at < text.Length && IsWord(text[at]))
            at++;
        return at;
    }

    static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.';
}
