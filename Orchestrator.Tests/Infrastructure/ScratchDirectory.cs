using Orchestrator.Messaging.Embedded;

namespace Orchestrator.Tests.Infrastructure;

/// <summary>
/// Directories for servers that a test run starts, all below one of the run's own. A run holds the lock on its directory for as long as its process
/// lives, whatever ends it; directories whose lock is free were left behind, and are cleared by the next run, their servers stopped. They lie in
/// ORCHESTRATOR_TEST_DIRECTORY, or where the system has its temporary files.
/// </summary>
internal static class ScratchDirectory
{
    static readonly string Root = Path.Combine(
        Environment.GetEnvironmentVariable("ORCHESTRATOR_TEST_DIRECTORY") is { Length: > 0 } given ? given : Path.GetTempPath(), "orchestrator-tests");
    static readonly Lazy<Task<Run>> Own = new(BeginAsync);

    internal static async Task<string> CreateAsync(string name) =>
        Directory.CreateDirectory(Path.Combine((await Own.Value).Directory, name)).FullName;

    internal static void Delete(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static async Task<Run> BeginAsync()
    {
        Directory.CreateDirectory(Root);
        foreach (var left in Directory.GetDirectories(Root))
        {
            try
            {
                await ClearAsync(left);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or TimeoutException)
            {
                // Another run is clearing it, or it is somebody else's: not worth failing a test for.
            }
        }

        // The lock comes before the directory, so that no other run ever sees the one without the other.
        var own = Path.Combine(Root, $"{Environment.ProcessId}-{Path.GetRandomFileName()}");
        var run = new Run(own, TryLock(own) ?? throw new IOException($"{own} is somebody else's"));
        Directory.CreateDirectory(own);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => run.End();
        return run;
    }

    static async Task ClearAsync(string left)
    {
        await using var owned = TryLock(left);
        if (owned is null)
        {
            return;
        }

        // A service that outlived its run may still own a server; it is left alone until it has gone.
        foreach (var ownerLock in Directory.GetFiles(left, "owner.lock", SearchOption.AllDirectories))
        {
            if (!await PrivatePostgres.StopAbandonedAsync(Path.GetDirectoryName(ownerLock)!))
            {
                return;
            }
        }

        Delete(left);
        File.Delete(owned.Name);
    }

    static FileStream? TryLock(string directory)
    {
        try
        {
            return new FileStream(directory + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    sealed record Run(string Directory, FileStream Lock)
    {
        // What a failed test has left inside stays for whoever looks, until the next run.
        public void End()
        {
            if (System.IO.Directory.EnumerateFileSystemEntries(Directory).Any())
            {
                return;
            }

            System.IO.Directory.Delete(Directory);
            File.Delete(Lock.Name);
            Lock.Dispose();
        }
    }
}
