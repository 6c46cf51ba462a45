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
            if (await PrivatePostgres.StopAbandonedAsync(left))
            {
                Delete(left);
            }
        }
    }
}
