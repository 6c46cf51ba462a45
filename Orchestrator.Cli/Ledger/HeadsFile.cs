using System.Text.Json;
using Orchestrator.Cli.Output;
using Orchestrator.Ledger.Chain;

namespace Orchestrator.Cli.Ledger;

/// <summary>A file with the heads of all chains, as <c>ledger head</c> and GET /v1/ledger/heads write it.</summary>
public static class HeadsFile
{
    static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads it.</summary>
    /// <exception cref="CommandException"><c>bad_heads_file</c>: it is not there, or not such a file.</exception>
    public static async Task<ChainHeads> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            var heads = await JsonSerializer.DeserializeAsync<ChainHeads>(file, Web, cancellationToken) ?? throw new JsonException("it is null");
            foreach (var lane in heads.Lanes)
            {
                if (lane.Sequence < 1 || lane.Hash.Length != 64 || !lane.Hash.All(char.IsAsciiHexDigit))
                    throw new JsonException($"lane {lane.Lane} has no sequence from 1, or no hash of 64 hexadecimal digits");
            }
            return heads;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException("bad_heads_file", $"{path}: {e.Message}", e);
        }
    }

    /// <summary>Writes it anew, whole or not at all.</summary>
    /// <exception cref="CommandException"><c>cannot_write</c>.</exception>
    public static async Task WriteAsync(string path, ChainHeads heads, CancellationToken cancellationToken)
    {
        try
        {
            var beside = path + ".new";
            await File.WriteAllBytesAsync(beside, JsonSerializer.SerializeToUtf8Bytes(heads, Web), cancellationToken);
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("cannot_write", $"{path}: {e.Message}", e);
        }
    }
}
