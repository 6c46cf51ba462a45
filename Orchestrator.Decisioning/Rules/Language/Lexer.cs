using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.Decisioning.Rules.Language;

enum TokenKind
{
    Name,
    Number,
    Text,
    Symbol,
    End,
}

/// <summary>A word of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it has ended.</param>
/// <param name="Text">A name or symbol as written, a text without its quotes.</param>
/// <param name="Number">A number's value.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Token(TokenKind Kind, int Start, int End, string Text, double Number = 0);

/// <summary>Cuts an expression, or the part of a sentence that is one, into words.</summary>
sealed class Lexer(string source, int start, int end)
{
    static readonly HashSet<string> Words = new(StringComparer.Ordinal) { "and", "or", "not", "in", "is", "missing", "present", "true", "false", "list", "if", "time" };
    static readonly string[] Symbols = ["==", "!=", "<=", ">=", "??", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", ","];

    // What other languages write here, and how it is said in this one.
    static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["="] = "two values are compared by ==", ["&"] = "write 'and'", ["|"] = "write 'or'", ["!"] = "write 'not', or != to compare", ["?"] = "write if(condition, value, other)",
    };

    int _at = start;

    /// <summary>Whether it could be the name of a field or a function.</summary>
    public static bool IsName(string text)
    {
        var lexer = new Lexer(text, 0, text.Length);
        return text.Length is > 0 and <= 64 && IsNameStart(text[0]) && lexer.Name() == text.Length;
    }

    /// <summary>Whether the language has a meaning of its own for it.</summary>
    public static bool IsWord(string text) => Words.Contains(text);

    /// <summary>All words; the last is the end.</summary>
    public List<Token> Read()
    {
        var tokens = new List<Token>();
        while (true)
        {
            while (_at < end && char.IsWhiteSpace(source[_at]))
                _at++;
            if (_at >= end)
            {
                tokens.Add(new Token(TokenKind.End, end, end, ""));
                return tokens;
            }
            tokens.Add(Next());
        }
    }

    Token Next()
    {
        var from = _at;
        var first = source[from];
        if (IsNameStart(first))
        {
            _at = Name();
            return new Token(TokenKind.Name, from, _at, source[from.._at]);
        }
        if (char.IsAsciiDigit(first))
            return Number();
        if (first is '"' or '\'')
            return Text(first);
        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(source, from, symbol, 0, symbol.Length) == 0 && from + symbol.Length <= end)
            {
                _at += symbol.Length;
                return new Token(TokenKind.Symbol, from, _at, symbol);
            }
        }
        throw Refuse(from, "unexpected_character", Elsewhere.GetValueOrDefault(first.ToString()) ?? "no expression has such a character here");
    }

    // Parts are joined by points; a point that nothing follows is not part of it.
    int Name()
    {
        var at = _at + 1;
        while (at < end && (IsNamePart(source[at]) || (source[at] == '.' && at + 1 < end && IsNamePart(source[at + 1]))))
            at++;
        return at;
    }

    static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    Token Number()
    {
        var from = _at;
        while (_at < end && (char.IsAsciiDigit(source[_at]) || source[_at] == '_'))
            _at++;
        if (_at + 1 < end && source[_at] == '.' && char.IsAsciiDigit(source[_at + 1]))
        {
            _at++;
            while (_at < end && (char.IsAsciiDigit(source[_at]) || source[_at] == '_'))
                _at++;
        }
        if (_at < end && (IsNamePart(source[_at]) || source[_at] == '.'))
            throw Refuse(from, "bad_number", "digits, as in 1_000 or 2.5");
        var digits = source[from.._at].Replace("_", "", StringComparison.Ordinal);
        if (digits.Length > 30 || !double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            throw Refuse(from, "bad_number", "a number of at most 30 digits");
        return new Token(TokenKind.Number, from, _at, digits, number);
    }

    Token Text(char quote)
    {
        var from = _at++;
        var text = new StringBuilder();
        while (_at < end && source[_at] != quote)
        {
            var c = source[_at++];
            if (c is '\n' or '\r')
                break;
            text.Append(c == '\\' ? Escaped() : c);
        }
        if (_at >= end || source[_at] != quote)
            throw Refuse(from, "unterminated_text", $"the text that begins here ends with {quote} in the same line");
        _at++;
        return new Token(TokenKind.Text, from, _at, text.ToString());
    }

    char Escaped()
    {
        var at = _at - 1;
        if (_at < end)
        {
            switch (source[_at++])
            {
                case '\\': return '\\';
                case '"': return '"';
                case '\'': return '\'';
                case 'n': return '\n';
                case 't': return '\t';
                case 'u' when _at + 4 <= end && ushort.TryParse(source.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                    _at += 4;
                    return (char)code;
            }
        }
        throw Refuse(at, "bad_escape", "after a backslash: \\ \" ' n t, or u with four hexadecimal digits");
    }

    RuleErrorException Refuse(int position, string code, string detail) => new(RuleError.At(source, position, code, detail));
}
