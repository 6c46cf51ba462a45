using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models.Onnx;

namespace Orchestrator.Decisioning.Models;

/// <summary>A model's file that was read and checked: nothing that does not fit this process comes out.</summary>
/// <param name="Model">What scores.</param>
/// <param name="Description">What the file says of it.</param>
/// <param name="Hash">SHA-256 of the file.</param>
public sealed record ModelFile(IScoringModel Model, ModelDescription Description, string Hash)
{
    /// <summary>The largest file.</summary>
    public const int MaxBytes = TreeModelFormat.MaxBytes;

    /// <summary>The longest name: with a hyphen and eight digits of the hash it is a version of 64.</summary>
    public const int MaxName = 55;

    const int HashDigits = 8;

    /// <summary>Reads a file of any format that is known here.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="plan">The features that this process computes.</param>
    /// <param name="file">The model.</param>
    /// <param name="error">Why it is none, or does not fit.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> bytes, FeaturePlan plan, [NotNullWhen(true)] out ModelFile? file, [NotNullWhen(false)] out ContractError? error)
    {
        file = null;
        if (bytes.Length is 0 or > MaxBytes)
            return Refuse("out_of_range", "$", $"from 1 to {MaxBytes} bytes", out error);
        try
        {
            var envelope = ModelEnvelope.Read(bytes.Span);
            if ((envelope.Format, envelope.Version) is not ((TreeModelFormat.Name, TreeModelFormat.Version) or (OnnxModelFormat.Name, OnnxModelFormat.Version)))
                return Refuse("unknown_format", "format", $"{TreeModelFormat.Name} or {OnnxModelFormat.Name}, version 1", out error);
            if (!IsName(envelope.Name))
                return Refuse("invalid_name", "model.name", $"1 to {MaxName} letters, digits and _ . -, beginning with a letter or digit", out error);
            if (plan.Schema.LengthOf(envelope.SchemaHash) < 0)
                return Refuse("other_schema", "model.schemaHash", $"{plan.Schema.Hash}: the features that this service computes", out error);
            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
            var version = $"{envelope.Name}-{hash[..HashDigits]}";
            file = envelope.Format == TreeModelFormat.Name
                ? Of(new TreeScoringModel(version, TreeModelFormat.Read(bytes.Span, plan.Schema), plan), hash)
                : Of(version, OnnxModelFormat.Read(bytes.Span, plan.Schema), plan, hash);
            error = null;
            return true;
        }
        catch (JsonException e)
        {
            // The parser's own message quotes the file; the position is enough.
            return Refuse("not_json", "$", $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", out error);
        }
        catch (InvalidDataException e)
        {
            return Refuse("invalid_model", "model", e.Message, out error);
        }
    }

    /// <summary>Reads a file that somebody has named in the configuration.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read, is no model, or does not fit; the message says why.</exception>
    public static ModelFile Load(string path, FeaturePlan plan)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw new InvalidOperationException($"{path}: at most {MaxBytes} bytes");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{ModelsOptions.Section}:{nameof(ModelsOptions.File)} cannot be read: {e.Message}", e);
        }
        return TryRead(bytes, plan, out var file, out var error) ? file : throw new InvalidOperationException($"{path}: {error}");
    }

    /// <summary>The file with another calibration and other thresholds: another model, with a version of its own.</summary>
    /// <param name="bytes">This file.</param>
    /// <param name="plan">The features that it was read with.</param>
    /// <param name="calibration">From its raw score to a probability.</param>
    /// <param name="thresholds">The probabilities from which something is done.</param>
    public byte[] With(ReadOnlySpan<byte> bytes, FeaturePlan plan, Calibration calibration, DecisionThresholds thresholds) =>
        Description.Format == TreeModelFormat.Name
            ? TreeModelFormat.Write(TreeModelFormat.Read(bytes, plan.Schema) with { Calibration = calibration, Thresholds = thresholds })
            : OnnxModelFormat.Write(OnnxModelFormat.Read(bytes, plan.Schema) with { Calibration = calibration, Thresholds = thresholds });

    /// <summary>Whether a model may be called so: its name is part of versions.</summary>
    public static bool IsName([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 and <= MaxName } && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    static ModelFile Of(TreeScoringModel scoring, string hash)
    {
        var model = scoring.Model;
        return new ModelFile(
            scoring,
            new ModelDescription(model.Name, TreeModelFormat.Name, model.SchemaHash, model.Inputs, model.Thresholds, model.Calibration, model.Facts),
            hash);
    }

    static ModelFile Of(string version, OnnxModel model, FeaturePlan plan, string hash) => new(
        OnnxScoringModel.Load(version, model, plan.Schema),
        new ModelDescription(
            model.Name, OnnxModelFormat.Name, model.SchemaHash, model.Inputs, model.Thresholds, model.Calibration, model.Facts),
        hash);

    static bool Refuse(string code, string field, string detail, [NotNullWhen(false)] out ContractError? error)
    {
        error = new ContractError(code, field, detail);
        return false;
    }
}
