namespace Orchestrator.Messaging.Doctor;

/// <summary>Looks at this machine.</summary>
public static class MachineExamination
{
    /// <summary>The area's name.</summary>
    public const string Area = "machine";

    /// <summary>All that there is to look at.</summary>
    /// <param name="directory">Where data would be; the nearest folder above that is there is looked at.</param>
    public static Examination All(string directory) => new(Area, "machine_disk", _ => Task.FromResult(MachineJudgement.Of(MachineFacts.Read(Existing(directory)))));

    static string Existing(string directory)
    {
        for (var at = new DirectoryInfo(Path.GetFullPath(directory)); at is not null; at = at.Parent)
        {
            if (at.Exists)
                return at.FullName;
        }
        return Path.GetTempPath();
    }
}
