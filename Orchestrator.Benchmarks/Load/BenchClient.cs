using Orchestrator.Benchmarks.Running;
using Orchestrator.Cli.Connections;

namespace Orchestrator.Benchmarks.Load;

/// <summary>In whose name benchmarks ask the service: another program's.</summary>
static class BenchClient
{
    const string Name = "bench";

    static readonly string[] Roles = ["service", "operator"];

    /// <summary>How the service is called.</summary>
    public static ApiAccess Access(Uri service) => new(service, Name) { Roles = Roles };

    /// <summary>A token for who writes requests by hand.</summary>
    /// <exception cref="BenchFailedException">The service gives none.</exception>
    public static Task<string> TokenAsync(Uri service, CancellationToken stop) => TokenAsync(Access(service), stop);

    /// <summary>A token in somebody's name.</summary>
    /// <exception cref="BenchFailedException">The service gives none.</exception>
    public static async Task<string> TokenAsync(ApiAccess access, CancellationToken stop)
    {
        using var handler = new TokenHandler(access);
        return await handler.TokenAsync(stop) ?? throw new BenchFailedException("the service gives no token: it must run in the environment Development");
    }
}
