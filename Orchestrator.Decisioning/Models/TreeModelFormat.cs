using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Models;

/// <summary>
/// The file of a model: JSON, so that people and other programs can read it, with a version and the hash of its feature schema. Numbers are written so that they
/// read back to the same bits. What is read is checked: nothing that does not fit together comes out.
/// </summary>
public static class TreeModelFormat
{
    /// <summary>The format's name.</summary>
    public const string Name = "orchestrator-trees";

    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int Version = 1;

    /// <summary>The largest file.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        MaxDepth = 16,
    };

    /// <summary>Writes a model.</summary>
    public static byte[] Write(TreeModel model) => JsonSerializer.SerializeToUtf8Bytes(new Document(Name, Version, model), Options);

    /// <summary>Reads a model and checks it against the schema that this process computes.</summary>
    /// <exception cref="InvalidDataException">It is no model of this version, damaged, or of another schema; the message says which.</exception>
    public static TreeModel Read(ReadOnlySpan<byte> bytes, FeatureSchema schema)
    {
        if (bytes.Length > MaxBytes)
            throw new InvalidDataException($"A model of {bytes.Length} bytes; {MaxBytes} are the most");
        try
        {
            var document = JsonSerializer.Deserialize<Document>(bytes, Options) ?? throw new InvalidDataException("A model that is null");
            if (document.Format != Name || document.Version != Version)
                throw new InvalidDataException($"A model of the format {document.Format}, version {document.Version}; this process reads {Name}, version {Version}");
            // Null within a list is not seen by the serializer's own checks.
            if (document.Model.Trees.Any(t => t is null) || document.Model.Inputs.Any(i => i is null))
                throw new InvalidDataException("A model with a part that is null");
            return document.Model.Problem(schema) is { } problem ? throw new InvalidDataException($"The model does not fit: {problem}") : document.Model;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The model is not of the format: {e.Message}", e);
        }
    }

    sealed record Document(string Format, int Version, TreeModel Model);
}
