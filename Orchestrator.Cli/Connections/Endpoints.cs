using System.Text.Json;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Connections;

/// <summary>Where the service's parts are. A running service writes this to <c>.data/endpoints.json</c>.</summary>
/// <param name="Kafka">Bootstrap servers.</param>
/// <param name="Postgres">A connection string.</param>
/// <param name="Api">The HTTP API's base address.</param>
public sealed record Endpoints(string? Kafka, string? Postgres, string? Api)
{
    static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>The file's path below the folder where the service runs.</summary>
    public const string RelativePath = ".data/endpoints.json";

    /// <summary>Reads the file in <paramref name="folder"/> or the nearest folder above that has one; all null when there is none.</summary>
    /// <exception cref="CommandException"><c>bad_endpoints_file</c>: it is not what the service writes.</exception>
    public static Endpoints Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, RelativePath);
            if (File.Exists(path))
                return Read(path);
        }
        return new Endpoints(null, null, null);
    }

    static Endpoints Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Endpoints>(File.ReadAllBytes(path), Web) ?? new Endpoints(null, null, null);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException("bad_endpoints_file", $"{path} cannot be read: {e.Message}", e);
        }
    }
}
