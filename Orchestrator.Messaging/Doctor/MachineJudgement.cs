using System.Globalization;

namespace Orchestrator.Messaging.Doctor;

/// <summary>What a machine's facts mean; pure.</summary>
public static class MachineJudgement
{
    const long Gib = 1L << 30;
    const long FewFiles = 1_024;
    const long EnoughFiles = 8_192;
    const double SlowSyncMs = 10;
    const double TooSlowSyncMs = 50;
    const double NoSyncMs = 0.02;

    /// <summary>Every point.</summary>
    public static IReadOnlyList<Finding> Of(MachineFacts machine) => [Cores(machine), Memory(machine), Disk(machine), Sync(machine), Files(machine), Clock(machine)];

    static Finding Cores(MachineFacts machine) => machine.Cores < 2
        ? Finding.Warning("machine_cores", $"{machine.Cores} processor", "Give it two at least: one reads and writes while the other decides.")
        : Finding.Ok("machine_cores", $"{machine.Cores} processors");

    static Finding Memory(MachineFacts machine)
    {
        var what = $"{Size(machine.MemoryBytes)} of memory";
        return machine.MemoryBytes switch
        {
            < Gib => Finding.Problem("machine_memory", what, "Give it 2 GiB at least; lanes hold up to 16 MiB of messages each."),
            < 2 * Gib => Finding.Warning("machine_memory", what, "Give it 2 GiB, or lower Messaging:LaneBufferBytes, Activity:MaxVisitors and Decisioning:Features:MaxKeys."),
            _ => Finding.Ok("machine_memory", what),
        };
    }

    static Finding Disk(MachineFacts machine)
    {
        var share = machine.TotalBytes == 0 ? 0 : machine.FreeBytes * 100 / machine.TotalBytes;
        var what = $"{Size(machine.FreeBytes)} free, {share} %, where {machine.Directory} is";
        return machine.FreeBytes < Gib ? Finding.Problem("machine_disk", what, "Make room: a database that finds none stops.")
            : machine.FreeBytes < 10 * Gib || share < 5 ? Finding.Warning("machine_disk", what, "Make room before it is needed.")
            : Finding.Ok("machine_disk", what);
    }

    static Finding Sync(MachineFacts machine)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"a write is on the disk after {machine.SyncMs:0.###} ms where {machine.Directory} is");
        return machine.SyncMs switch
        {
            >= TooSlowSyncMs => Finding.Problem("machine_fsync", what, "Every commit waits for it: put the database on a disk that answers within some milliseconds."),
            >= SlowSyncMs => Finding.Warning("machine_fsync", what, "Every commit waits for it: a disk that answers sooner makes each transaction quicker."),
            < NoSyncMs => Finding.Warning("machine_fsync", what, "No disk answers so soon: it is memory, or it only says so. A loss of power would take back what was committed."),
            _ => Finding.Ok("machine_fsync", what),
        };
    }

    static Finding Files(MachineFacts machine) => machine.OpenFiles switch
    {
        null => Finding.Ok("machine_open_files", "the system does not say how many files may be open"),
        <= FewFiles => Finding.Warning("machine_open_files", $"{machine.OpenFiles} files and connections may be open", "Raise it to 65,536 (ulimit -n, LimitNOFILE): every client of the API is one."),
        < EnoughFiles => Finding.Warning("machine_open_files", $"{machine.OpenFiles} files and connections may be open", "Raise it to 65,536 where many clients call at once."),
        _ => Finding.Ok("machine_open_files", $"{machine.OpenFiles} files and connections may be open"),
    };

    static Finding Clock(MachineFacts machine) => machine.ClockIsSynchronised switch
    {
        false => Finding.Warning("machine_clock", "nothing keeps the clock right", "Run chrony or systemd-timesyncd: windows of features, deadlines and tokens go by it."),
        true => Finding.Ok("machine_clock", "the clock is kept right"),
        null => Finding.Ok("machine_clock", "the system does not say whether something keeps its clock right"),
    };

    static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)Gib:0.0} GiB");
}
