using System.Net.Sockets;
using DotNet.Testcontainers.Containers;

namespace Orchestrator.Tests.Infrastructure;

/// <summary>Containers where a Docker engine answers; their absence, or that of an image, is no failure.</summary>
internal static class Docker
{
    static readonly string[] Sockets =
        ["/var/run/docker.sock", Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker/run/docker.sock")];

    static readonly TimeSpan StartWithin = TimeSpan.FromMinutes(3);

    internal static async Task<T?> TryStartAsync<T>(Func<T> build)
        where T : class, IContainer
    {
        if (!EngineAnswers())
        {
            return null;
        }

        T? container = null;
        try
        {
            using var deadline = new CancellationTokenSource(StartWithin);
            container = build();
            await container.StartAsync(deadline.Token);
            return container;
        }
        catch (Exception failure)
        {
            await Console.Error.WriteLineAsync($"No container, going on without: {failure.Message}");
            if (container is not null)
            {
                await container.DisposeAsync();
            }

            return null;
        }
    }

    static bool EngineAnswers() =>
        Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } || Sockets.Any(Accepts);

    static bool Accepts(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
