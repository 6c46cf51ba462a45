using System.Diagnostics;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Deploy;

/// <summary>An older version of the service, built from the repository's history, once a machine.</summary>
static class OlderVersion
{
    /// <summary>
    /// The version from which the upgrade is tried: five migrations ago (it ends with 0081), before activity and before decisions had the features that come of it, so that what lanes
    /// have in their snapshots has changed since as well.
    /// </summary>
    public const string Commit = "078d3527b4f901070b8ea461b010e034d0e3df6f";

    static readonly TimeSpan BuildWithin = TimeSpan.FromMinutes(10);

    /// <summary>Builds it where it is not built yet.</summary>
    /// <returns>The folder of its programs; null where the history is not here, as in a copy of the sources.</returns>
    public static async Task<string?> BuildAsync()
    {
        var directory = Path.Combine(Path.GetTempPath(), "orchestrator-versions", Commit);
        var programs = Path.Combine(directory, "Orchestrator.Api", "bin", "Release", "net10.0");
        var built = Path.Combine(directory, "built");
        if (File.Exists(built))
            return programs;
        if (await RunAsync("git", ApprovedText.Root, "cat-file", "-e", Commit) != 0)
            return null;
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory);
        var archive = Path.Combine(directory, "sources.tar");
        Assert.Equal(0, await RunAsync("git", ApprovedText.Root, "archive", "--output", archive, Commit));
        Assert.Equal(0, await RunAsync("tar", directory, "-xf", archive));
        Assert.Equal(0, await RunAsync(
            "dotnet", directory, "build", "Orchestrator.Api", "-c", "Release", "-v", "quiet", "-clp:NoSummary", "-tl:off", "-nodeReuse:false", "-p:RunAnalyzers=false"));
        await File.WriteAllTextAsync(built, "");
        return programs;
    }

    static async Task<int> RunAsync(string program, string directory, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, UseShellExecute = false })!;
        using var bound = new CancellationTokenSource(BuildWithin);
        await process.WaitForExitAsync(bound.Token);
        return process.ExitCode;
    }
}
