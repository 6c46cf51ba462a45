using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Models.Onnx;

/// <summary>The file of an ONNX model: the graph as base64 within JSON that says how to ask it. One file, so that one hash names all that decides.</summary>
public static class OnnxModelFormat
{
    /// <summary>The format's name.</summary>
    public const string Name = "orchestrator-onnx";

    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int Version = 1;

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 16,
    };

    /// <summary>Writes a model.</summary>
    public static byte[] Write(OnnxModel model) => JsonSerializer.SerializeToUtf8Bytes(new Document(Name, Version, model), Options);

    /// <summary>Reads a model and checks all that can be checked without running it.</summary>
    /// <exception cref="InvalidDataException">It is no model of this version, damaged, or of another schema; the message says which.</exception>
    public static OnnxModel Read(ReadOnlySpan<byte> bytes, FeatureSchema schema)
    {
        try
        {
            var document = JsonSerializer.Deserialize<Document>(bytes, Options) ?? throw new InvalidDataException("A model that is null");
            if (document.Format != Name || document.Version != Version)
                throw new InvalidDataException($"A model of the format {document.Format}, version {document.Version}; this process reads {Name}, version {Version}");
            return document.Model.Problem(schema) is { } problem ? throw new InvalidDataException($"The model does not fit: {problem}") : document.Model;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The model is not of the format: {e.Message}", e);
        }
    }

    sealed record Document(string Format, int Version, OnnxModel Model);
}
