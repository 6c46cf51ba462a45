using System.CommandLine;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.Derived;
using Orchestrator.Messaging.Schemas.History;
using Spectre.Console;

namespace Orchestrator.Cli.Schemas;

/// <summary><c>orchestrator schemas diff</c>.</summary>
static class SchemaDiffCommand
{
    static readonly Argument<string> Name = new("NAME") { Description = "The message, by its name on the wire" };
    static readonly Option<int?> From = new("--from") { Description = "A version [default: the newest]" };
    static readonly Option<int?> To = new("--to") { Description = "A version [default: today's schema]" };

    static readonly Option<string> Format = new Option<string>("--format") { Description = "json, avro or protobuf", DefaultValueFactory = _ => "json" }
        .AcceptOnlyFromAmong("json", "avro", "protobuf");

    static readonly Option<DirectoryInfo?> History = HistoryPlace.Option();

    public static Command Create()
    {
        var command = new Command("diff", "The lines in which two versions of a message's schema differ, and who could not read whom. Exit code 1 when somebody could not.")
        {
            Name, From, To, Format, History,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        var contract = HistoryPlace.Contracts([parsed.GetRequiredValue(Name)])[0];
        var format = Enum.Parse<SchemaFormat>(parsed.GetRequiredValue(Format), ignoreCase: true);
        var versions = HistoryPlace.Read(parsed.GetValue(History)).Of(contract.Name);
        var (from, to) = (Text(contract, format, versions, parsed.GetValue(From) ?? versions.Count), Text(contract, format, versions, parsed.GetValue(To)));
        foreach (var (mark, line) in TextDiff.Lines(from.Split('\n'), to.Split('\n')))
            Terminal.Out.MarkupLine(mark is '+' ? $"[green]+ {line.EscapeMarkup()}[/]" : $"[red]- {line.EscapeMarkup()}[/]");
        var (backward, forward) = HistoryPlace.Named(() => (SchemaCompatibility.Reads(format, to, from), SchemaCompatibility.Reads(format, from, to)));
        foreach (var what in backward)
            Terminal.Out.MarkupLine($"[red]the newer reader cannot read the older message:[/] {what.ToString().EscapeMarkup()}");
        foreach (var what in forward)
            Terminal.Out.MarkupLine($"[red]the older reader cannot read the newer message:[/] {what.ToString().EscapeMarkup()}");
        return backward.Count + forward.Count == 0 ? 0 : CommandException.ExitCode;
    }

    static string Text(MessageContract contract, SchemaFormat format, IReadOnlyList<SchemaVersion> versions, int? number) => number switch
    {
        null => HistoryPlace.Named(() => DerivedSchemas.Of(contract, [.. versions.Select(v => v.Protobuf)])[format]),
        { } n when n >= 1 && n <= versions.Count => versions[n - 1][format],
        _ => throw new CommandException("unknown_version", $"{contract.Name} has {versions.Count} versions."),
    };
}
