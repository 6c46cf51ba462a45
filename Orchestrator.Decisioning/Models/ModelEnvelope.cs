using System.Text.Json;

namespace Orchestrator.Decisioning.Models;

/// <summary>What a model's file says first, whatever its format: read without reading the model.</summary>
/// <param name="Format">The format; null when there is none.</param>
/// <param name="Version">Its version; 0 when there is none.</param>
/// <param name="Name">The model's name; null when there is none.</param>
/// <param name="SchemaHash">The hash of its schema; null when there is none.</param>
sealed record ModelEnvelope(string? Format, int Version, string? Name, string? SchemaHash)
{
    const int MaxText = 256;

    /// <summary>Reads it from JSON whose members stand in any order.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static ModelEnvelope Read(ReadOnlySpan<byte> json)
    {
        var envelope = new ModelEnvelope(null, 0, null, null);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return envelope;
        var within = false;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                if (!within)
                    break;
                within = false;
                continue;
            }
            var (isFormat, isVersion, isModel) = (Is(reader, "format"u8), Is(reader, "version"u8), Is(reader, "model"u8));
            var (isName, isSchema) = (Is(reader, "name"u8), Is(reader, "schemaHash"u8));
            reader.Read();
            if (!within && isModel && reader.TokenType == JsonTokenType.StartObject)
            {
                within = true;
                continue;
            }
            if (!within && isFormat)
                envelope = envelope with { Format = Text(ref reader) };
            else if (!within && isVersion)
                envelope = envelope with { Version = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var version) ? version : 0 };
            else if (within && isName)
                envelope = envelope with { Name = Text(ref reader) };
            else if (within && isSchema)
                envelope = envelope with { SchemaHash = Text(ref reader) };
            reader.Skip();
        }
        // Throws where more follows.
        reader.Read();
        return envelope;
    }

    static bool Is(in Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name);

    static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxText)
            return null;
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a character: no text.
            return null;
        }
    }
}
