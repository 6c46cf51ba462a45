using System.Text.Json;

namespace Orchestrator.Cli.Tail;

/// <summary>
/// What <c>tail</c> shows. <c>text</c>: it occurs in the key, the type or the body. <c>field=value</c>: the field is exactly that, where a field
/// is <c>key</c>, <c>type</c>, <c>id</c>, <c>partition</c>, a header's name or a path into the JSON body such as <c>counters.debitsPostedMinor</c>.
/// <c>text:...</c> takes all that follows as text, an equals sign too.
/// </summary>
public abstract record TailFilter
{
    const string TextPrefix = "text:";

    TailFilter()
    {
    }

    /// <summary>Whether the message is shown.</summary>
    public abstract bool Matches(TailMessage message);

    /// <summary>Occurs in the key, the type or the body.</summary>
    public sealed record Contains(string Text) : TailFilter
    {
        /// <inheritdoc />
        public override bool Matches(TailMessage message) =>
            Has(message.Key) || Has(message.Type) || Has(message.Body);

        bool Has(string? text) => text?.Contains(Text, StringComparison.Ordinal) ?? false;
    }

    /// <summary>A field has exactly this value.</summary>
    public sealed record Equal(string Field, string Value) : TailFilter
    {
        /// <inheritdoc />
        public override bool Matches(TailMessage message) => Field switch
        {
            "key" => message.Key == Value,
            "type" => message.Type == Value,
            "id" => message.Header("ce_id") == Value,
            "partition" => $"{message.Partition}" == Value,
            _ => message.Header(Field) == Value || FieldOf(message.Json) == Value,
        };

        string? FieldOf(JsonElement? body)
        {
            if (body is not { } at)
                return null;
            foreach (var name in Field.Split('.'))
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                    return null;
            }
            return at.ValueKind == JsonValueKind.String ? at.GetString() : at.GetRawText();
        }
    }

    /// <summary>Reads a filter as it is given on the command line.</summary>
    public static TailFilter Parse(string text)
    {
        if (text.StartsWith(TextPrefix, StringComparison.Ordinal))
            return new Contains(text[TextPrefix.Length..]);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && text[..equals].All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? new Equal(text[..equals], text[(equals + 1)..])
            : new Contains(text);
    }
}
