using System.Diagnostics;

namespace Orchestrator.Messaging.Embedded;

/// <summary>
/// Runs PostgreSQL's programs. They refuse to run as root, so for root they run as the system's user postgres.
/// </summary>
internal static class PostgresCommand
{
    internal const string SystemUser = "postgres";

    static readonly string[] ProgramDirectories = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"];

    /// <summary>Whether this process is root and so has to step down.</summary>
    internal static bool StepsDown => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>Runs a program of PostgreSQL to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the text holds what it printed.</exception>
    /// <exception cref="TimeoutException">It did not end in time, and was killed.</exception>
    internal static async Task<string> RunAsync(string program, IEnumerable<string> arguments, TimeSpan within, CancellationToken cancellation)
    {
        string[] command = [program, .. arguments];
        return await RunPlainAsync(StepsDown ? AsSystemUser(command) : command, within, cancellation);
    }

    /// <summary>Runs any program to its end as this very user.</summary>
    internal static async Task<string> RunPlainAsync(string[] command, TimeSpan within, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(within);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            var text = await output + await errors;
            return process.ExitCode == 0
                ? text
                : throw new InvalidOperationException($"{Path.GetFileName(command[0])} ended with {process.ExitCode}: {text.Trim()}");
        }
        catch (OperationCanceledException cancelled) when (!cancellation.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} did not end within {within}.", cancelled);
        }
    }

    static string[] AsSystemUser(string[] command)
    {
        if (Find("setpriv") is { } setpriv)
        {
            return [setpriv, $"--reuid={SystemUser}", $"--regid={SystemUser}", "--init-groups", "--", .. command];
        }

        if (Find("runuser") is { } runuser)
        {
            return [runuser, "-u", SystemUser, "--", .. command];
        }

        if (Find("su") is { } su)
        {
            return [su, "-s", "/bin/sh", SystemUser, "-c", string.Join(' ', command.Select(Quoted))];
        }

        throw new InvalidOperationException("PostgreSQL refuses to run as root, and none of setpriv, runuser and su is here to step down.");
    }

    static string? Find(string program) =>
        ProgramDirectories.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    static string Quoted(string argument) => "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
