using System.Diagnostics;
using Orchestrator.Messaging.Embedded;

namespace Orchestrator.Tests.Infrastructure;

/// <summary>
/// Directories for servers that a test run starts. Those that a run which was killed has left behind are cleared by the next one, their
/// servers stopped.
/// </summary>
internal static class ScratchDirectory
{
    static readonly string Root = Path.Combine(Path.GetTempPath(), "orchestrator-tests");
    static readonly Lazy<Task> Sweep = new(SweepAsync);

    internal static async Task<string> CreateAsync(string name)
    {
        await Sweep.Value;
        var directory = Path.Combine(Root, $"{Environment.ProcessId}-{name}");
        Directory.CreateDirectory(directory);
        return directory;
    }

    internal static void Delete(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static async Task SweepAsync()
    {
        foreach (var left in Directory.Exists(Root) ? Directory.GetDirectories(Root) : [])
        {
            try
            {
                await ClearAsync(left);
            }
            catch (Exception raced) when (raced is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // Another run is clearing it.
            }
        }
    }

    static async Task ClearAsync(string left)
    {
        if (IsInUse(left))
        {
            return;
        }

        foreach (var ownerLock in Directory.GetFiles(left, "owner.lock", SearchOption.AllDirectories))
        {
            await PrivatePostgres.StopAbandonedAsync(Path.GetDirectoryName(ownerLock)!);
        }

        Delete(left);
    }

    static bool IsInUse(string directory)
    {
        try
        {
            using var process = Process.GetProcessById(int.Parse(Path.GetFileName(directory).Split('-')[0]));
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
