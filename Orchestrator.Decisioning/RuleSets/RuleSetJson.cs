using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>Rule sets as JSON: read strictly, and written in one way, so that equal contents have equal hashes.</summary>
public static class RuleSetJson
{
    /// <summary>The longest rule set, bytes of JSON.</summary>
    public const int MaxBytes = 1 << 20;

    static readonly RuleSetJsonContext Context = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        // Expressions are full of < and '; nobody embeds this in a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The one way in which a content is written.</summary>
    public static byte[] Write(RuleSetContent content) => JsonSerializer.SerializeToUtf8Bytes(content, Context.RuleSetContent);

    /// <summary>SHA-256 over <see cref="Write"/>, hexadecimal.</summary>
    public static string Hash(RuleSetContent content) => Convert.ToHexStringLower(SHA256.HashData(Write(content)));

    /// <summary>Reads a content; whether its rules are any good is <see cref="CompiledRuleSet.TryCompile"/>'s to say.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out RuleSetContent? content, [NotNullWhen(false)] out RuleSetError? error)
    {
        (content, error) = (null, null);
        if (json.Length > MaxBytes)
        {
            error = new RuleSetError("too_long", "$", $"at most {MaxBytes} bytes");
            return false;
        }
        try
        {
            content = JsonSerializer.Deserialize(json, Context.RuleSetContent);
        }
        catch (JsonException e)
        {
            error = new RuleSetError(
                "not_a_rule_set", e.Path ?? "$", "JSON of this shape is expected", (int?)e.LineNumber + 1, (int?)e.BytePositionInLine + 1);
            return false;
        }
        error = content is null ? new RuleSetError("not_a_rule_set", "$", "a JSON object is expected") : null;
        return content is not null;
    }
}

/// <summary>Why a rule set is refused.</summary>
/// <param name="Code">A stable name.</param>
/// <param name="Field">The JSON path of what is wrong, for instance <c>rules[3].when</c>.</param>
/// <param name="Detail">What is expected, for people.</param>
/// <param name="Line">The line within the field's text, from 1; of what is no JSON the line within the whole.</param>
/// <param name="Column">The character within the line, from 1.</param>
public sealed record RuleSetError(string Code, string Field, string Detail, int? Line = null, int? Column = null);

[JsonSerializable(typeof(RuleSetContent))]
sealed partial class RuleSetJsonContext : JsonSerializerContext;

/// <summary>A score is a number or an expression; a number is written as one.</summary>
public sealed class ScoreConverter : JsonConverter<string>
{
    /// <inheritdoc />
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetDouble().ToString("0.######", CultureInfo.InvariantCulture) : reader.GetString();

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (double.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number.ToString("0.######", CultureInfo.InvariantCulture) == value)
        {
            writer.WriteNumberValue(number);
            return;
        }
        writer.WriteStringValue(value);
    }
}
