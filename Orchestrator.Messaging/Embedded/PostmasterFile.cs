using System.Globalization;

namespace Orchestrator.Messaging.Embedded;

/// <summary>What a running server says of itself in postmaster.pid.</summary>
internal sealed record PostmasterFile(int ProcessId, int Port)
{
    const int PidLine = 0;
    const int PortLine = 3;

    /// <summary>
    /// The server that runs on this cluster, or null. A file that a dead server left behind is removed: its process id may belong to
    /// another program by now (in a container it soon does), and PostgreSQL itself would then refuse to start.
    /// </summary>
    internal static async Task<PostmasterFile?> ReadRunningAsync(string cluster, CancellationToken cancellation)
    {
        var path = Path.Combine(cluster, "postmaster.pid");
        string[] lines;
        try
        {
            lines = await File.ReadAllLinesAsync(path, cancellation);
        }
        catch (IOException missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        if (lines.Length > PidLine
            && int.TryParse(lines[PidLine], CultureInfo.InvariantCulture, out var processId)
            && await RunsOnAsync(processId, cluster, cancellation))
        {
            // A server that has just begun has not written its port yet.
            var port = lines.Length > PortLine && int.TryParse(lines[PortLine], CultureInfo.InvariantCulture, out var written) ? written : 0;
            return new PostmasterFile(processId, port);
        }

        File.Delete(path);
        return null;
    }

    static async Task<bool> RunsOnAsync(int processId, string cluster, CancellationToken cancellation)
    {
        try
        {
            var commandLine = OperatingSystem.IsLinux()
                ? await File.ReadAllTextAsync($"/proc/{processId}/cmdline", cancellation)
                : await PostgresCommand.RunPlainAsync(
                    ["/bin/ps", "-o", "command=", "-p", $"{processId}"], TimeSpan.FromSeconds(10), cancellation);
            return commandLine.Contains(cluster, StringComparison.Ordinal);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return false;
        }
    }
}
