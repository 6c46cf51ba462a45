using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orchestrator.Benchmarks.Load;

/// <summary>
/// Waits for an instant of <see cref="Stopwatch"/> to some 60 microseconds. The runtime's own sleep counts in milliseconds, and to spin takes a processor from what is measured.
/// </summary>
static class Pace
{
    const double LongestMicros = 500_000;

    public static void Until(long due)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } wait)
            _ = Sleep((uint)Math.Clamp(wait.TotalMicroseconds, 1, LongestMicros));
    }

    [DllImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Sleep(uint micros);
}
