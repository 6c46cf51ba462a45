using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Style;

/// <summary>How the code is arranged, kept by tests instead of by remembering.</summary>
public sealed partial class RepositoryTests
{
    const int MaxLines = 400;
    const int MaxProgramLines = 70;

    // Who may reference whom. Sagas, Decisioning and Ledger talk by messages alone, and the compiler guards it. The command line folds with the ledger's own code.
    static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Orchestrator.Contracts"] = [],
        ["Orchestrator.Broker"] = [],
        ["Orchestrator.Messaging"] = ["Orchestrator.Contracts", "Orchestrator.Broker"],
        ["Orchestrator.Decisioning"] = ["Orchestrator.Contracts", "Orchestrator.Messaging"],
        ["Orchestrator.Ledger"] = ["Orchestrator.Contracts", "Orchestrator.Messaging"],
        ["Orchestrator.Activity"] = ["Orchestrator.Contracts", "Orchestrator.Messaging"],
        ["Orchestrator.Casework"] = ["Orchestrator.Contracts", "Orchestrator.Messaging"],
        ["Orchestrator.Sagas"] = ["Orchestrator.Contracts", "Orchestrator.Messaging"],
        // Where it works on the store itself, as verify and reconcile do; and it trains models with the features that decisioning computes.
        ["Orchestrator.Cli"] = ["Orchestrator.Contracts", "Orchestrator.Messaging", "Orchestrator.Ledger", "Orchestrator.Decisioning"],
    };

    // The host, the tests and the benchmarks see everything.
    static readonly string[] Unbound = ["Orchestrator.Api", "Orchestrator.Tests", "Orchestrator.Benchmarks"];

    static readonly string[] Rooms = ["Helpers", "Utils", "Utilities", "Manager", "Managers", "Common", "Misc", "Shared"];

    public static TheoryData<string> Projects => [.. Files("*.csproj").Select(f => Path.GetFileNameWithoutExtension(f))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_when_it_references_others_references_only_those_it_may(string project)
    {
        if (Unbound.Contains(project))
            return;
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} is new: say here what it may reference");
        var references = Read(project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));
        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Contracts_when_others_depend_on_them_bring_no_packages() =>
        Assert.Empty(Read("Orchestrator.Contracts").Descendants("PackageReference"));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Package_when_it_is_used_has_its_version_in_one_place(string project) =>
        Assert.All(Read(project).Descendants("PackageReference"), p => Assert.Null(p.Attribute("Version")));

    [Fact]
    public void Class_when_nothing_derives_from_it_is_sealed()
    {
        var types = Directory.GetFiles(AppContext.BaseDirectory, "Orchestrator.*.dll")
            .Select(f => Assembly.Load(Path.GetFileNameWithoutExtension(f)))
            .Append(Assembly.Load("orchestrator"))
            .SelectMany(a => a.GetTypes())
            .Where(t => t.Namespace?.StartsWith("Orchestrator", StringComparison.Ordinal) is true)
            .ToList();
        var derivedFrom = types.Select(t => t.BaseType).OfType<Type>().Select(t => t.IsGenericType ? t.GetGenericTypeDefinition() : t).ToHashSet();

        // The compiler's own classes carry names that no one can write.
        var open = types.Where(t => t is { IsClass: true, IsAbstract: false, IsSealed: false } && !t.Name.Contains('<') && !derivedFrom.Contains(t));

        Assert.Empty(open.Select(t => t.FullName));
    }

    [Fact]
    public void File_when_it_grows_stays_below_400_lines() =>
        Assert.Empty(Files("*.cs").Where(f => File.ReadLines(f).Count() > MaxLines).Select(Relative));

    [Fact]
    public void Program_when_modules_are_added_stays_a_table_of_contents() =>
        Assert.True(ApprovedText.Read("Orchestrator.Api/Program.cs").Split('\n').Length <= MaxProgramLines, $"Program.cs has more than {MaxProgramLines} lines");

    [Fact]
    public void File_when_it_is_committed_leaves_nothing_to_be_done_later() =>
        Assert.Empty(Files("*.cs", "*.sql", "*.csproj", "*.yml", "*.sh").Where(f => Later().IsMatch(File.ReadAllText(f))).Select(Relative));

    [Fact]
    public void Folder_when_it_is_named_says_what_is_in_it() =>
        Assert.DoesNotContain(Files("*").Select(Relative), f => f.Split('/')[..^1].Intersect(Rooms, StringComparer.OrdinalIgnoreCase).Any());

    [Fact]
    public void Migration_when_it_is_added_says_why()
    {
        foreach (var name in ApprovedText.FilesIn("migrations").Where(f => f.EndsWith(".sql", StringComparison.Ordinal)))
        {
            Assert.Matches("^[0-9]{4}_[a-z_]+[.]sql$", name);
            var first = ApprovedText.Read($"migrations/{name}").Split('\n')[0];
            Assert.True(first.StartsWith("-- ", StringComparison.Ordinal) && first.Length > 40, $"{name} begins without saying why it is there");
        }
    }

    // Only what the repository holds: nothing that was built, and nothing that a run has left.
    static List<string> Files(params ReadOnlySpan<string> patterns)
    {
        var found = new List<string>();
        foreach (var pattern in patterns)
        {
            found.AddRange(Directory.GetFiles(ApprovedText.Root, pattern, SearchOption.AllDirectories).Where(f =>
                !Relative(f).Split('/').Any(part => part is "bin" or "obj" or "TestResults" || (part.StartsWith('.') && part is not ".ci"))));
        }
        Debug.Assert(found.Count > 0, "the patterns match something");
        return found;
    }

    static string Relative(string file) => Path.GetRelativePath(ApprovedText.Root, file).Replace('\\', '/');

    static XDocument Read(string project) => XDocument.Parse(ApprovedText.Read($"{project}/{project}.csproj"));

    [GeneratedRegex(@"\b(FIX" + @"ME|TO" + @"DO|HA" + @"CK)\b", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Later();
}
