using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orchestrator.Messaging.Schemas.Compatibility.Protobuf;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>A schema in the form in which it is stored, and what tells it from all others: blanks between words are no part of it, nor are comments of Protobuf.</summary>
/// <param name="Schema">The schema, with references to numbered versions.</param>
/// <param name="Fingerprint">SHA-256 of all that makes it this schema.</param>
/// <param name="Normal">Likewise, with the words of JSON in one order.</param>
public sealed record CanonicalSchema(SentSchema Schema, byte[] Fingerprint, byte[] Normal)
{
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A name that follows from the contents, as a UUID of the eighth version.</summary>
    public Guid Guid
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Fingerprint.AsSpan(0, 16).CopyTo(bytes);
            bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
            bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
            return new Guid(bytes, bigEndian: true);
        }
    }

    /// <summary>Brings a schema into this form.</summary>
    /// <param name="sent">The schema; its references name versions.</param>
    /// <param name="normalize">Whether its words are stored in one order.</param>
    /// <exception cref="SchemaException">It cannot even be read.</exception>
    public static CanonicalSchema Of(SentSchema sent, bool normalize)
    {
        if (sent.Text.Contains('\0'))
            throw new SchemaException("bad_schema", "there is a character of no meaning in it");
        var plain = sent with
        {
            Text = sent.Format is SchemaFormat.Protobuf ? sent.Text : Json(sent.Text, sorted: normalize),
            Metadata = sent.Metadata is null ? null : Json(sent.Metadata, sorted: true),
            RuleSet = sent.RuleSet is null ? null : Json(sent.RuleSet, sorted: true),
        };
        if (plain.Metadata?.Contains("\\u0000", StringComparison.Ordinal) is true)
            throw new SchemaException("bad_schema", "there is a character of no meaning in the metadata");
        var (words, sorted) = sent.Format is SchemaFormat.Protobuf ? (Words(sent.Text), Words(sent.Text)) : (plain.Text, normalize ? plain.Text : Json(plain.Text, sorted: true));
        return new CanonicalSchema(plain, Hash(plain, words), Hash(plain, sorted));
    }

    static string Words(string proto)
    {
        var tokens = new ProtobufTokens(proto);
        var words = new StringBuilder(proto.Length);
        while (!tokens.AtEnd)
            words.Append(tokens.Take()).Append('\n');
        return words.ToString();
    }

    static string Json(string text, bool sorted)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            var written = new ArrayBufferWriter<byte>(text.Length + 16);
            using (var writer = new Utf8JsonWriter(written, Plain))
            {
                if (sorted)
                    WriteSorted(document.RootElement, writer);
                else
                    document.RootElement.WriteTo(writer);
            }
            return Encoding.UTF8.GetString(written.WrittenSpan);
        }
        catch (JsonException e)
        {
            throw new SchemaException("not_json", e.Message);
        }
        catch (InvalidOperationException e)
        {
            // Half of a character that takes two.
            throw new SchemaException("not_json", e.Message);
        }
    }

    static void WriteSorted(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    WriteSorted(property.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteSorted(item, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    // Each part says how long it is, so that no two lists of parts run into the same bytes.
    static byte[] Hash(SentSchema schema, string text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(SchemaTypes.Name(schema.Format));
        Add(text);
        Add(schema.Metadata);
        Add(schema.RuleSet);
        foreach (var reference in schema.References)
        {
            Add(reference.Name);
            Add(reference.Subject);
            hash.AppendData(BitConverter.GetBytes(reference.Version));
        }
        return hash.GetHashAndReset();

        void Add(string? part)
        {
            var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(part is null ? -1 : bytes.Length));
            hash.AppendData(bytes);
        }
    }
}
