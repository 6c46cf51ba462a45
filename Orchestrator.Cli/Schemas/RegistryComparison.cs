using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.History;
using Orchestrator.Messaging.Schemas.Registry;
using Spectre.Console;

namespace Orchestrator.Cli.Schemas;

/// <summary><c>orchestrator schemas check --registry</c>: the history beside what a registry has. It changes nothing there.</summary>
static class RegistryComparison
{
    /// <summary>Compares all subjects.</summary>
    /// <returns>The exit code: 0 when every version is registered and nothing else is.</returns>
    public static async Task<int> RunAsync(RegistryClient registry, IReadOnlyList<ChosenSubject> subjects, SchemaHistory history, bool json, CancellationToken cancellationToken)
    {
        var (found, present) = (new List<ComparedRow>(), 0);
        foreach (var subject in subjects)
            present += await CompareAsync(registry, subject, history.Of(subject.Contract.Name), found, cancellationToken);
        if (json)
            Terminal.Json(new { registry = registry.Address, ok = found.Count == 0, registered = present, found });
        else
            Print(found, present);
        return found.Count == 0 ? 0 : CommandException.ExitCode;
    }

    static async Task<int> CompareAsync(RegistryClient registry, ChosenSubject subject, IReadOnlyList<SchemaVersion> versions, List<ComparedRow> found, CancellationToken cancellationToken)
    {
        var there = (await registry.VersionsAsync(subject.Name, cancellationToken)).ToHashSet();
        var (row, present) = (new ComparedRow(subject.Contract.Name, subject.Name, SchemaTypes.Name(subject.Format), null, "", null), 0);
        foreach (var version in versions)
        {
            if (there.Count > 0 && await registry.LookUpAsync(subject.Name, subject.Format, version[subject.Format], cancellationToken) is { } known)
            {
                there.Remove(known.Version);
                present++;
                continue;
            }
            var why = await registry.TestAsync(subject.Name, subject.Format, version[subject.Format], cancellationToken);
            found.Add(row with { Version = version.Number, State = why.Count == 0 ? "missing" : "refused", Why = why.Count == 0 ? null : string.Join("; ", why) });
        }
        found.AddRange(there.Order().Select(v => row with { State = "unknown", Why = $"version {v} of the subject is in no history" }));
        var (asked, promised) = (present == 0 ? null : await registry.CompatibilityAsync(subject.Name, cancellationToken), ContractModes.Of(subject.Contract.Name).Name());
        if (present > 0 && asked != promised)
            found.Add(row with { State = "mode", Why = $"{promised} is promised, {asked ?? "what all subjects are asked"} is asked" });
        return present;
    }

    static void Print(List<ComparedRow> found, int present)
    {
        if (found.Count > 0)
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumn("subject").AddColumn("format").AddColumn(new TableColumn("version").RightAligned()).AddColumn("").AddColumn("why");
            foreach (var row in found)
                table.AddRow(row.Subject.EscapeMarkup(), row.Format, $"{row.Version}", row.State is "refused" ? "[red]refused[/]" : row.State, (row.Why ?? "").EscapeMarkup());
            Terminal.Out.Write(table);
        }
        Terminal.Out.MarkupLine($"{present} versions are registered, {found.Count} {(found.Count == 0 ? "to look at" : "[red]to look at[/]")}");
    }
}

/// <summary>What differs.</summary>
/// <param name="Name">The message.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Format">In which language.</param>
/// <param name="Version">The version in the history; null when it is about the subject.</param>
/// <param name="State">missing, refused (it is missing and would be), unknown (the registry has what the history has not) or mode (another compatibility is asked than is promised).</param>
/// <param name="Why">Why.</param>
sealed record ComparedRow(string Name, string Subject, string Format, int? Version, string State, string? Why);
