namespace Orchestrator.Tests.Approved;

/// <summary>
/// Surfaces that are approved as text: a change shows in the diff of a committed file. ORCHESTRATOR_APPROVE=1 writes the files anew.
/// </summary>
static class ApprovedText
{
    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Compares <paramref name="text"/> with the committed file at <paramref name="path"/>, relative to the repository.</summary>
    public static void Check(string path, string text)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("ORCHESTRATOR_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
        Assert.True(File.Exists(file), $"{path} is missing; ORCHESTRATOR_APPROVE=1 writes it");
        Assert.True(
            string.Equals(File.ReadAllText(file), text, StringComparison.Ordinal),
            $"{path} is not what the code says any more; look at the difference after ORCHESTRATOR_APPROVE=1:{Environment.NewLine}{text}");
    }

    /// <summary>The file names in a folder of the repository.</summary>
    public static IEnumerable<string> FilesIn(string folder) => Directory.GetFiles(Path.Combine(Root, folder)).Select(f => Path.GetFileName(f));

    /// <summary>A file of the repository.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Orchestrator.sln")))
                return at.FullName;
        }
        throw new DirectoryNotFoundException("The repository's root is not above the tests");
    }
}
