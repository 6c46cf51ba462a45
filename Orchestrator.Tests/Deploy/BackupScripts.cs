using Npgsql;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Deploy;

/// <summary>The scripts of <c>deploy/backup</c>, as operators run them.</summary>
static class BackupScripts
{
    static readonly TimeSpan Within = TimeSpan.FromMinutes(2);

    /// <summary>Takes a base backup of a server that runs.</summary>
    public static Task BackupAsync(PrivatePostgres postgres, string directory)
    {
        var address = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        return RunAsync("backup", $"host={address.Host} port={address.Port} user={address.Username} password={address.Password}", directory);
    }

    /// <summary>Makes a data directory of a backup, and of the log since where there is an archive.</summary>
    public static Task RestoreAsync(string backup, string dataDirectory, params string[] archive) => RunAsync("restore", [backup, dataDirectory, .. archive]);

    /// <summary>Makes a directory that the server may write to.</summary>
    public static Task MakeDirectoryAsync(string directory) => PostgresCommand.RunAsync("/bin/mkdir", [directory], Within, CancellationToken.None);

    // As text: the user of the server may not enter where the repository is.
    static Task<string> RunAsync(string name, params string[] arguments)
    {
        var path = $"{PostgresBinaries.Find(null, null).Directory}:/usr/local/bin:/usr/bin:/bin";
        var script = ApprovedText.Read($"deploy/backup/{name}");
        return PostgresCommand.RunAsync("/usr/bin/env", [$"PATH={path}", "/bin/sh", "-c", script, name, .. arguments], Within, CancellationToken.None);
    }
}
