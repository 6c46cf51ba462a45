using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Output;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Cli.Models;

/// <summary>Reads model files from disk.</summary>
public static class ModelFiles
{
    const string Beside = "onnxFile";

    /// <summary>
    /// A file as the service takes it. Where the manifest of an ONNX model names the graph's file (<c>onnxFile</c>, beside it), the graph is put into it.
    /// </summary>
    /// <exception cref="CommandException"><c>file_not_found</c>, <c>file_too_large</c> or <c>bad_model</c>.</exception>
    public static byte[] Read(string path)
    {
        var bytes = ReadBytes(path);
        // Most files are trees, and long: they are not read twice for nothing.
        if (bytes.AsSpan().IndexOf("\"onnxFile\""u8) < 0)
            return bytes;
        try
        {
            if (JsonNode.Parse(bytes) is not JsonObject manifest || manifest["model"] is not JsonObject model || model[Beside]?.GetValue<string>() is not { } beside)
                throw new CommandException("bad_model", $"{path}: {Beside} is the name of a file, within model");
            var graph = ReadBytes(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, beside));
            model.Remove(Beside);
            model["onnx"] = Convert.ToBase64String(graph);
            return JsonSerializer.SerializeToUtf8Bytes(manifest);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CommandException("bad_model", $"{path}: {e.Message}", e);
        }
    }

    static byte[] ReadBytes(string path)
    {
        if (new FileInfo(path) is not { Exists: true } file)
            throw new CommandException("file_not_found", $"There is no file {path}.");
        if (file.Length > ModelFile.MaxBytes)
            throw new CommandException("file_too_large", $"{path} has {file.Length:N0} bytes; {ModelFile.MaxBytes:N0} are the most.");
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file_not_readable", e.Message, e);
        }
    }
}
