using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>What a process has cost in processor time so far. PostgreSQL counts with all its backends, those that ended too.</summary>
static class ProcessCost
{
    const double TicksPerSecond = 100; // USER_HZ, which Linux has had at 100 for ever

    /// <summary>Of one process, seconds.</summary>
    public static double OfProcess(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>Of PostgreSQL, seconds; null where there is no /proc.</summary>
    /// <param name="directory">The cluster's data directory.</param>
    public static double? OfPostgres(string directory)
    {
        if (!Directory.Exists("/proc"))
            return null;
        var postmaster = int.Parse(File.ReadLines(Path.Combine(directory, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        double ticks = 0;
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var id) || Read(id) is not { } stat)
                continue;
            if (id == postmaster)
                ticks += stat.Own + stat.EndedChildren;
            else if (stat.Parent == postmaster)
                ticks += stat.Own;
        }
        return ticks / TicksPerSecond;
    }

    static (int Parent, double Own, double EndedChildren)? Read(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            // The name in parentheses may hold blanks; what follows has fixed places.
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), Number(11) + Number(12), Number(13) + Number(14));

            double Number(int index) => double.Parse(fields[index], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
