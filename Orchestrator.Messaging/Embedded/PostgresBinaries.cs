using System.Globalization;

namespace Orchestrator.Messaging.Embedded;

/// <summary>The server programs of one PostgreSQL version on this machine.</summary>
internal sealed record PostgresBinaries(string Directory)
{
    const string HowToInstall =
        "PostgreSQL 15 or later is needed. Debian, Ubuntu: apt-get install postgresql. macOS: brew install postgresql@17. "
        + "Or point ORCHESTRATOR_POSTGRES at a running server.";

    internal string InitDb => Path.Combine(Directory, "initdb");

    internal string PgCtl => Path.Combine(Directory, "pg_ctl");

    internal string PgConfig => Path.Combine(Directory, "pg_config");

    /// <summary>The newest that there is, or the one of the major version that an existing cluster was made by.</summary>
    /// <exception cref="FileNotFoundException">There is none; the text says what to install.</exception>
    internal static PostgresBinaries Find(string? given, string? madeBy)
    {
        IEnumerable<string> candidates = given is null ? UsualPlaces() : [given];
        var complete = candidates.Select(directory => new PostgresBinaries(directory)).Where(binaries => binaries.AreComplete()).ToList();
        if (complete.Count == 0)
        {
            throw new FileNotFoundException(HowToInstall);
        }

        return madeBy is null
            ? complete[0]
            : complete.Find(binaries => binaries.Major() is null || binaries.Major() == madeBy)
                ?? throw new FileNotFoundException($"The stored cluster was made by PostgreSQL {madeBy}, which is not installed any more.");
    }

    bool AreComplete() => File.Exists(InitDb) && File.Exists(PgCtl) && File.Exists(Path.Combine(Directory, "postgres"));

    // Told by the directory where packages put the version into its name; elsewhere the server itself will refuse a foreign cluster.
    string? Major()
    {
        var name = Path.GetFileName(Path.GetDirectoryName(Directory)) ?? string.Empty;
        var digits = name[(name.LastIndexOfAny(['-', '@']) + 1)..];
        return digits.Length > 0 && digits.All(char.IsAsciiDigit) ? digits : null;
    }

    static IEnumerable<string> UsualPlaces()
    {
        string[] parents =
        [
            "/usr/lib/postgresql",
            "/opt/homebrew/opt",
            "/usr/local/opt",
            "/Applications/Postgres.app/Contents/Versions",
            "/usr",
        ];
        foreach (var parent in parents.Where(System.IO.Directory.Exists))
        {
            var versions = System.IO.Directory.EnumerateDirectories(parent)
                .Select(directory => Path.Combine(directory, "bin"))
                .Where(bin => new PostgresBinaries(bin).AreComplete())
                .OrderByDescending(bin => int.Parse("0" + new PostgresBinaries(bin).Major(), CultureInfo.InvariantCulture));
            foreach (var version in versions)
            {
                yield return version;
            }
        }

        foreach (var directory in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
        {
            if (directory.Length > 0)
            {
                yield return directory;
            }
        }
    }
}
