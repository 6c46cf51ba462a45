using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Messaging.Embedded;

/// <summary>The directory of a private server: cluster/ (its data), password, server.log, and the socket where the path is short enough.</summary>
internal sealed class PostgresHome
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const long LogBytesKept = 16 << 20;

    // The address of a Unix socket has room for 104 bytes on macOS and 108 on Linux.
    const int LongestSocketDirectory = 80;

    PostgresHome(string root) => Root = root;

    internal string Root { get; }

    internal string Cluster => Path.Combine(Root, "cluster");

    internal string Log => Path.Combine(Root, "server.log");

    internal string PasswordFile => Path.Combine(Root, "password");

    internal string? MadeBy => File.Exists(Path.Combine(Cluster, "PG_VERSION"))
        ? File.ReadAllText(Path.Combine(Cluster, "PG_VERSION")).Trim()
        : null;

    /// <summary>Makes the directory what it must be: there, private, and within reach of the user that the server runs as.</summary>
    internal static async Task<PostgresHome> PrepareAsync(string directory, CancellationToken cancellation)
    {
        var root = Reachable(Path.GetFullPath(directory));
        Directory.CreateDirectory(root);
        var home = new PostgresHome(root);
        if (!File.Exists(home.PasswordFile))
        {
            // The password exists before the cluster does, so that a start which is cut short goes on with the same one.
            var secret = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                secret.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using var file = new FileStream(home.PasswordFile, secret);
            await file.WriteAsync(Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(48, lowercase: true)), cancellation);
        }

        await MakePrivateAsync(root, cancellation, home.PasswordFile);
        if (new FileInfo(home.Log) is { Exists: true, Length: > LogBytesKept })
        {
            File.Delete(home.Log);
        }

        return home;
    }

    internal async Task<string> ReadPasswordAsync(CancellationToken cancellation) => await File.ReadAllTextAsync(PasswordFile, cancellation);

    /// <summary>Where the server puts its socket: at home, or somewhere with a shorter path.</summary>
    internal async Task<string> PrepareSocketDirectoryAsync(CancellationToken cancellation)
    {
        if (Encoding.UTF8.GetByteCount(Root) <= LongestSocketDirectory)
        {
            return Root;
        }

        var shorter = Path.Combine("/tmp", "orchestrator-" + Fingerprint(Root));
        Directory.CreateDirectory(shorter);
        await MakePrivateAsync(shorter, cancellation);
        return shorter;
    }

    static async Task MakePrivateAsync(string directory, CancellationToken cancellation, params string[] files)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, OwnerOnly);
        }

        if (PostgresCommand.StepsDown)
        {
            await PostgresCommand.RunPlainAsync(
                ["chown", PostgresCommand.SystemUser, directory, .. files], TimeSpan.FromSeconds(10), cancellation);
        }
    }

    // A checkout under /root cannot be entered by the user postgres: the data then lives elsewhere, behind a link.
    static string Reachable(string wanted)
    {
        if (new DirectoryInfo(wanted) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is { } target)
        {
            return target.FullName;
        }

        var parent = Path.GetDirectoryName(wanted)!;
        Directory.CreateDirectory(parent);
        if (!PostgresCommand.StepsDown || IsReachable(parent))
        {
            return wanted;
        }

        var elsewhere = Path.Combine("/var/lib/orchestrator", Fingerprint(wanted));
        Directory.CreateDirectory(elsewhere);
        if (!Directory.Exists(wanted))
        {
            Directory.CreateSymbolicLink(wanted, elsewhere);
        }

        return elsewhere;
    }

    static bool IsReachable(string directory)
    {
        for (var current = directory; current is not null; current = Path.GetDirectoryName(current))
        {
            if (!OperatingSystem.IsWindows()
                && Directory.Exists(current)
                && !File.GetUnixFileMode(current).HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }

    static string Fingerprint(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];
}
