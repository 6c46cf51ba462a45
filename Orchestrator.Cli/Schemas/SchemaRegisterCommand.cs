using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.History;
using Orchestrator.Messaging.Schemas.Registry;
using Spectre.Console;

namespace Orchestrator.Cli.Schemas;

/// <summary><c>orchestrator schemas register</c>.</summary>
static class SchemaRegisterCommand
{
    public static Command Create(ConnectionOptions connections)
    {
        var (place, subjects, history) = (new RegistryPlace(connections), new SubjectChoice(), HistoryPlace.Option());
        var names = new Argument<string[]>("NAME") { Description = "Messages, by their names on the wire [default: all]", Arity = ArgumentArity.ZeroOrMore };
        var json = new Option<bool>("--json") { Description = "Print the result as one line of JSON" };
        var command = new Command(
            "register",
            "Register every version of every message's schema in a registry, in order, and ask there what is promised of the message. What is registered already stays as it is. Exit code 1 when " +
            "the registry refuses one.")
        {
            names, history, json,
        };
        place.AddTo(command);
        subjects.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var chosen = subjects.Of(parsed, HistoryPlace.Contracts(parsed.GetValue(names) ?? []));
            var versions = HistoryPlace.Read(parsed.GetValue(history));
            using var registry = place.Connect(parsed);
            var rows = new List<RegisteredRow>();
            foreach (var subject in chosen)
                await RegisterAsync(registry, subject, versions.Of(subject.Contract.Name), rows, cancellationToken);
            var refused = rows.Count(r => r.State is "refused");
            if (parsed.GetValue(json))
                Terminal.Json(new { registry = registry.Address, ok = refused == 0, registered = rows.Count(r => r.State is "registered"), present = rows.Count(r => r.State is "present"), refused, schemas = rows });
            else
                Print(rows);
            return refused == 0 ? 0 : CommandException.ExitCode;
        });
        return command;
    }

    // What the subject asks is said first, so that it is asked of the second version already.
    static async Task RegisterAsync(RegistryClient registry, ChosenSubject subject, IReadOnlyList<SchemaVersion> versions, List<RegisteredRow> rows, CancellationToken cancellationToken)
    {
        var mode = ContractModes.Of(subject.Contract.Name);
        if (versions.Count > 0 && await registry.CompatibilityAsync(subject.Name, cancellationToken) != mode.Name())
            await registry.PutCompatibilityAsync(subject.Name, mode, cancellationToken);
        foreach (var version in versions)
        {
            var row = new RegisteredRow(subject.Contract.Name, subject.Name, SchemaTypes.Name(subject.Format), version.Number, "present", null, null, null);
            if (await registry.LookUpAsync(subject.Name, subject.Format, version[subject.Format], cancellationToken) is { } known)
            {
                rows.Add(row with { RegisteredVersion = known.Version, Id = known.Id });
                continue;
            }
            var (registered, refused) = await registry.RegisterAsync(subject.Name, subject.Format, version[subject.Format], cancellationToken);
            rows.Add(row with { State = refused is null ? "registered" : "refused", RegisteredVersion = registered?.Version, Id = registered?.Id, Why = refused });
            // What follows would stand behind another than the one that it was made to follow.
            if (refused is not null)
                break;
        }
    }

    static void Print(List<RegisteredRow> rows)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("subject").AddColumn("format").AddColumn(new TableColumn("version").RightAligned())
            .AddColumn(new TableColumn("id").RightAligned()).AddColumn("").AddColumn("why");
        foreach (var row in rows)
            table.AddRow(row.Subject.EscapeMarkup(), row.Format, $"{row.Version}", $"{row.Id}", row.State is "refused" ? "[red]refused[/]" : row.State, (row.Why ?? "").EscapeMarkup());
        Terminal.Out.Write(table);
        Terminal.Out.MarkupLine($"{rows.Count(r => r.State is "registered")} registered, {rows.Count(r => r.State is "present")} there before, {rows.Count(r => r.State is "refused")} refused");
    }
}

/// <summary>What became of a version.</summary>
/// <param name="Name">The message.</param>
/// <param name="Subject">Where it is registered.</param>
/// <param name="Format">In which language.</param>
/// <param name="Version">The version in the history.</param>
/// <param name="State">registered, present or refused.</param>
/// <param name="RegisteredVersion">The version in the registry.</param>
/// <param name="Id">The schema's number there.</param>
/// <param name="Why">Why it was refused.</param>
sealed record RegisteredRow(string Name, string Subject, string Format, int Version, string State, int? RegisteredVersion, int? Id, string? Why);
