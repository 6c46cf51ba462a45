using System.Globalization;
using System.Text;
using Orchestrator.Contracts;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>
/// A sentence with values in it: <c>{amount:money} is {amount / amount_mean:0.0} times the mean.</c> Between braces stands an expression, and maybe
/// how it is written: 0, 0.0, 0.00, percent or money. A brace of the sentence's own is doubled.
/// </summary>
public sealed class SentenceTemplate
{
    /// <summary>The longest template, characters.</summary>
    public const int MaxLength = 500;

    /// <summary>The longest sentence; what goes beyond is cut.</summary>
    public const int MaxSentence = 1_000;

    const string CurrencyField = "currency";
    static readonly string[] Formats = ["0", "0.0", "0.00", "percent", "money"];

    readonly List<Part> _parts = [];
    readonly RuleSlot _currency;

    SentenceTemplate(string source, ExpressionContext context)
    {
        Source = source;
        context.Schema.TryFind(CurrencyField, out _currency);
        if (source.Length > MaxLength)
            throw Refuse(0, "too_long", $"at most {MaxLength} characters");
        var text = new StringBuilder();
        for (var at = 0; at < source.Length; at++)
        {
            var doubled = at + 1 < source.Length && source[at + 1] == source[at];
            if (source[at] is not ('{' or '}'))
                text.Append(source[at]);
            else if (doubled)
                text.Append(source[at++]);
            else if (source[at] == '}')
                throw Refuse(at, "unexpected_token", "a brace that nothing opens is written twice");
            else
                at = Placeholder(at, text, context);
        }
        Flush(text);
    }

    /// <summary>As it is written.</summary>
    public string Source { get; }

    /// <exception cref="RuleErrorException">It is none.</exception>
    internal static SentenceTemplate Read(string source, ExpressionContext context) => new(source, context);

    /// <summary>The sentence about what <paramref name="machine"/> looks at.</summary>
    internal string Render(RuleMachine machine)
    {
        var sentence = new StringBuilder();
        foreach (var part in _parts)
            sentence.Append(part.Value is { } value ? Said(machine, value, part.Format) : part.Text);
        if (sentence.Length > MaxSentence)
            sentence.Length = MaxSentence;
        return sentence.ToString();
    }

    int Placeholder(int open, StringBuilder text, ExpressionContext context)
    {
        var (close, colon) = (open + 1, -1);
        for (var quote = '\0'; close < Source.Length && (quote != '\0' || Source[close] != '}'); close++)
        {
            var c = Source[close];
            if (quote != '\0')
            {
                if (c == '\\')
                    close++;
                else if (c == quote)
                    quote = '\0';
            }
            else if (c is '"' or '\'')
                quote = c;
            else if (c == ':')
                colon = close;
        }
        if (close >= Source.Length)
            throw Refuse(open, "unexpected_token", "the brace that opens here is not closed; one of the sentence's own is written twice");
        var format = colon < 0 ? null : Source[(colon + 1)..close].Trim();
        var value = RuleExpression.Read(Source, open + 1, colon < 0 ? close : colon, format is null ? null : RuleType.Number, context);
        if (format is not null && !Formats.Contains(format, StringComparer.Ordinal))
            throw Refuse(colon + 1, "unknown_format", $"one of {string.Join(", ", Formats)}");
        if (format is "money" && _currency.Type != RuleType.Text)
            throw Refuse(colon + 1, "unknown_format", $"money needs a text '{CurrencyField}' among the names");
        Flush(text);
        _parts.Add(new Part("", value, format));
        return close;
    }

    void Flush(StringBuilder text)
    {
        _parts.Add(new Part(text.ToString(), null, null));
        text.Clear();
    }

    string Said(RuleMachine machine, RuleExpression expression, string? format)
    {
        if (expression.Program.Text is { } text)
            return Harmless(text(machine));
        var value = expression.Program.Value!(machine);
        if (double.IsNaN(value))
            return "unknown";
        return expression.Type switch
        {
            RuleType.Boolean => value != 0 ? "yes" : "no",
            RuleType.Time => DateTimeOffset.FromUnixTimeMilliseconds((long)value).ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
            _ => Number(value, format, machine.Texts.ElementAtOrDefault(_currency.Index)),
        };
    }

    static string Number(double value, string? format, string? currency) => format switch
    {
        "money" => $"{value.ToString($"N{(Currencies.IsKnown(currency) ? Currencies.MinorDigits(currency!) : 2)}", CultureInfo.InvariantCulture)} {Harmless(currency)}",
        "percent" => $"{(value * 100).ToString("#,0.#", CultureInfo.InvariantCulture)}%",
        null => value.ToString("#,0.##", CultureInfo.InvariantCulture),
        _ => value.ToString($"#,{format}", CultureInfo.InvariantCulture),
    };

    // Texts come from outside, and sentences are read on screens.
    static string Harmless(string? text)
    {
        if (text is null)
            return "unknown";
        return text.AsSpan().ContainsAnyInRange('\0', '\u001f') ? new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]) : text;
    }

    RuleErrorException Refuse(int position, string code, string detail) => new(RuleError.At(Source, position, code, detail));

    sealed record Part(string Text, RuleExpression? Value, string? Format);
}
