using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Messaging.Embedded;

/// <summary>Makes, starts and stops the server of one <see cref="PostgresHome"/>.</summary>
internal sealed class PostgresServer(PrivatePostgresOptions options, PostgresHome home, PostgresBinaries binaries)
{
    internal const string User = "orchestrator";

    const string SettingsFile = "orchestrator.conf";
    const int StartAttempts = 5;
    const int LogTailCharacters = 2_000;
    const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    static readonly TimeSpan InitWithin = TimeSpan.FromMinutes(2);
    static readonly TimeSpan StopWithin = TimeSpan.FromMinutes(2);
    static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes the cluster unless it is there.</summary>
    /// <returns>Whether it was made.</returns>
    internal async Task<bool> CreateAsync(CancellationToken cancellation)
    {
        if (home.MadeBy is not null)
        {
            return false;
        }

        // Made aside and moved, so that a start which is cut short leaves nothing half made.
        var aside = home.Cluster + ".new";
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }

        string[] arguments =
        [
            "-D", aside, "-U", User, "--encoding=UTF8", "--locale=C", "--auth-local=scram-sha-256", "--auth-host=scram-sha-256",
            $"--pwfile={home.PasswordFile}",
        ];
        await PostgresCommand.RunAsync(binaries.InitDb, arguments, InitWithin, cancellation);
        await File.AppendAllTextAsync(Path.Combine(aside, "postgresql.conf"), $"\ninclude_if_exists = '{SettingsFile}'\n", cancellation);
        Directory.Move(aside, home.Cluster);
        return true;
    }

    /// <summary>Starts the server, or finds the one that runs already.</summary>
    internal async Task<PostmasterFile> StartAsync(int? keptPort, CancellationToken cancellation)
    {
        var socketDirectory = await home.PrepareSocketDirectoryAsync(cancellation);
        var hasLz4 = await HasLz4Async(cancellation);
        for (var attempt = 1; ; attempt++)
        {
            if (await PostmasterFile.ReadRunningAsync(home.Cluster, cancellation) is { Port: > 0 } running)
            {
                return running;
            }

            var port = keptPort ?? options.Port ?? FreePort();
            await WriteSettingsAsync(PostgresSettings.Text(options, port, socketDirectory, hasLz4), cancellation);
            string[] arguments =
                ["start", "-D", home.Cluster, "-l", home.Log, "-w", "-t", $"{(int)options.StartWithin.TotalSeconds}", "-s"];
            try
            {
                await PostgresCommand.RunAsync(binaries.PgCtl, arguments, options.StartWithin + TimeSpan.FromSeconds(10), cancellation);
            }
            catch (InvalidOperationException failure) when (attempt == StartAttempts)
            {
                throw new InvalidOperationException($"PostgreSQL does not start: {failure.Message}\n{await LogTailAsync(cancellation)}", failure);
            }
            catch (InvalidOperationException)
            {
                // Somebody took the port, or the last workers of a killed server still hold its memory: once more, a little later.
                await Task.Delay(PollEvery * (4 << attempt), cancellation);
            }
        }
    }

    /// <summary>Waits for the server that another process is starting.</summary>
    internal async Task<PostmasterFile> AwaitAsync(TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < options.StartWithin)
        {
            if (await PostmasterFile.ReadRunningAsync(home.Cluster, cancellation) is { Port: > 0 } running)
            {
                return running;
            }

            await Task.Delay(PollEvery, cancellation);
        }

        throw new TimeoutException($"Another process holds {home.Root}, but its PostgreSQL was not there within {options.StartWithin}.");
    }

    /// <summary>Stops the server if it runs; "immediate" is a crash, "fast" good order.</summary>
    internal async Task StopAsync(string mode, CancellationToken cancellation)
    {
        if (await PostmasterFile.ReadRunningAsync(home.Cluster, cancellation) is not null)
        {
            string[] arguments = ["stop", "-D", home.Cluster, "-m", mode, "-w", "-t", $"{(int)StopWithin.TotalSeconds}", "-s"];
            await PostgresCommand.RunAsync(binaries.PgCtl, arguments, StopWithin + TimeSpan.FromSeconds(10), cancellation);
        }
    }

    async Task WriteSettingsAsync(string text, CancellationToken cancellation)
    {
        var path = Path.Combine(home.Cluster, SettingsFile);
        await File.WriteAllTextAsync(path, text, cancellation);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, ReadableByAll);
        }
    }

    async Task<bool> HasLz4Async(CancellationToken cancellation)
    {
        if (!File.Exists(binaries.PgConfig))
        {
            return false;
        }

        var built = await PostgresCommand.RunPlainAsync([binaries.PgConfig, "--configure"], TimeSpan.FromSeconds(10), cancellation);
        return built.Contains("--with-lz4", StringComparison.Ordinal);
    }

    async Task<string> LogTailAsync(CancellationToken cancellation)
    {
        var log = File.Exists(home.Log) ? await File.ReadAllTextAsync(home.Log, cancellation) : string.Empty;
        return log.Length <= LogTailCharacters ? log : log[^LogTailCharacters..];
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
