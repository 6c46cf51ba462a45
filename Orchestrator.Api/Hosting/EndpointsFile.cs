using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Orchestrator.Api.Hosting;

/// <summary>
/// Tells tools on this machine where the running service and its parts are: <c>.data/endpoints.json</c> with <c>kafka</c>, <c>postgres</c> and
/// <c>api</c>, readable by its owner only, for it holds a password. It goes when the service stops.
/// </summary>
public sealed partial class EndpointsFile(
    IServer server, IConfiguration configuration, IOptions<ApiOptions> options, IHostApplicationLifetime lifetime, ILogger<EndpointsFile> logger)
    : IHostedService
{
    string FilePath => Path.Combine(options.Value.DataDirectory, "endpoints.json");

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The API's address is known once it listens.
        lifetime.ApplicationStarted.Register(Write);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        File.Delete(FilePath);
        return Task.CompletedTask;
    }

    void Write()
    {
        var api = Reachable(server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault());
        Directory.CreateDirectory(options.Value.DataDirectory);
        var aside = FilePath + ".new";
        File.Delete(aside);
        var only = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            only.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(aside, only))
            JsonSerializer.Serialize(file, new { kafka = configuration["ORCHESTRATOR_KAFKA"], postgres = configuration["ORCHESTRATOR_POSTGRES"], api });
        File.Move(aside, FilePath, overwrite: true);
        Ready(logger, api);
    }

    // Who listens to all addresses is found on this machine by one.
    static string? Reachable(string? address) => address is not null && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Host is "0.0.0.0" or "[::]"
        ? address.Replace(uri.Host, "127.0.0.1", StringComparison.Ordinal)
        : address;

    [LoggerMessage(LogLevel.Information, "Ready at {Api}: see /swagger, /v1/figures, /metrics")]
    static partial void Ready(ILogger logger, string? api);
}
