using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Messaging.Doctor;

/// <summary>What a machine is like.</summary>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="MemoryBytes">Memory that this process may use.</param>
/// <param name="Directory">Where data would be.</param>
/// <param name="FreeBytes">Free space there.</param>
/// <param name="TotalBytes">All space there.</param>
/// <param name="SyncMs">How long it takes there to have four kilobytes on the disk, the median, in milliseconds.</param>
/// <param name="OpenFiles">How many files and connections a process may have open; null when nobody says.</param>
/// <param name="ClockIsSynchronised">Whether the system keeps its clock by others; null when nobody says.</param>
public sealed record MachineFacts(
    int Cores, long MemoryBytes, string Directory, long FreeBytes, long TotalBytes, double SyncMs, long? OpenFiles, bool? ClockIsSynchronised)
{
    const int Syncs = 15;
    const int Block = 4_096;

    /// <summary>Looks at this machine.</summary>
    /// <param name="directory">Where data would be; it must exist.</param>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public static MachineFacts Read(string directory)
    {
        var drive = new DriveInfo(Path.GetFullPath(directory));
        return new MachineFacts(
            Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, directory, drive.AvailableFreeSpace, drive.TotalSize, SyncTime(directory),
            OpenFileLimit(), LinuxClock.IsSynchronised());
    }

    static double SyncTime(string directory)
    {
        var path = Path.Combine(directory, $".doctor-{Environment.ProcessId}");
        var block = new byte[Block];
        var times = new List<double>(Syncs);
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
            for (var i = 0; i < Syncs; i++)
            {
                var began = Stopwatch.GetTimestamp();
                file.Write(block);
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }
        finally
        {
            File.Delete(path);
        }
        times.Sort();
        return times[Syncs / 2];
    }

    static long? OpenFileLimit()
    {
        const string limits = "/proc/self/limits";
        if (!File.Exists(limits))
            return null;
        var line = File.ReadLines(limits).FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var soft, ..] && long.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}

/// <summary>Asks Linux about its clock.</summary>
static partial class LinuxClock
{
    // Larger than struct timex of any machine.
    const int TimexBytes = 512;
    const int Unsynchronised = 5;

    /// <summary>Whether something keeps the clock right; null when the system does not say.</summary>
    public static bool? IsSynchronised()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        // All zeros asks and changes nothing.
        Span<byte> timex = stackalloc byte[TimexBytes];
        timex.Clear();
        try
        {
            var state = Adjust(timex);
            return state < 0 ? null : state != Unsynchronised;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int Adjust(Span<byte> timex);
}
