using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Schemas.Compatibility;
using Orchestrator.Messaging.Schemas.History;
using Spectre.Console;

namespace Orchestrator.Cli.Schemas;

/// <summary><c>orchestrator schemas</c>: messages against the history of their schemas, without a registry, and that beside what a registry has.</summary>
static class SchemasCommand
{
    public static Command Create(ConnectionOptions connections) =>
        new("schemas", "The schemas of all messages, in JSON Schema, Avro and Protobuf, against the history of what was accepted; no registry is needed, and one can be filled.")
        {
            Check(connections), List(), SchemaDiffCommand.Create(), Accept(), SchemaRegisterCommand.Create(connections),
        };

    static Option<bool> JsonOption() => new("--json") { Description = "Print the result as one line of JSON" };

    static Argument<string[]> NamesArgument() => new("NAME") { Description = "Messages, by their names on the wire [default: all]", Arity = ArgumentArity.ZeroOrMore };

    static Command Check(ConnectionOptions connections)
    {
        var (history, json, place, subjects) = (HistoryPlace.Option(), JsonOption(), new RegistryPlace(connections), new SubjectChoice());
        var command = new Command(
            "check",
            "Compare today's schemas with the newest version, and every version with those before it, as is promised of each message. Exit code 1 when " +
            "something is not compatible, or changed and not accepted. With --registry, compare the history with what a registry has: what is missing there, what it would refuse.")
        {
            history, json,
        };
        place.AddTo(command);
        subjects.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (place.IsAsked(parsed))
            {
                var chosen = subjects.Of(parsed, ContractCatalog.All);
                using var registry = place.Connect(parsed);
                return await RegistryComparison.RunAsync(registry, chosen, HistoryPlace.Read(parsed.GetValue(history)), parsed.GetValue(json), cancellationToken);
            }
            var reviews = HistoryPlace.Named(() => SchemaReview.Of(ContractCatalog.All, HistoryPlace.Read(parsed.GetValue(history))));
            var open = reviews.Where(r => r.State is not SchemaState.Accepted).ToList();
            if (parsed.GetValue(json))
                Terminal.Json(new { messages = reviews.Count, ok = open.Count == 0, found = open.Select(Row) });
            else
                Print(reviews, open);
            return open.Count == 0 ? 0 : CommandException.ExitCode;
        });
        return command;
    }

    static Command List()
    {
        var (history, json) = (HistoryPlace.Option(), JsonOption());
        var command = new Command("list", "The messages, what is promised of each, and how many versions their schemas have") { history, json };
        command.SetAction(parsed =>
        {
            var reviews = HistoryPlace.Named(() => SchemaReview.Of(ContractCatalog.All, HistoryPlace.Read(parsed.GetValue(history))));
            var topics = ContractCatalog.All.ToDictionary(c => c.Name, c => c.Topic, StringComparer.Ordinal);
            if (parsed.GetValue(json))
            {
                Terminal.Json(reviews.Select(r => new { r.Name, topic = topics.GetValueOrDefault(r.Name), mode = r.Mode.Name(), r.Versions, r.State }));
                return 0;
            }
            var table = new Table().Border(TableBorder.Rounded)
                .AddColumn("message").AddColumn("topic").AddColumn("mode").AddColumn(new TableColumn("versions").RightAligned()).AddColumn("today");
            foreach (var review in reviews)
                table.AddRow(review.Name, topics.GetValueOrDefault(review.Name, ""), review.Mode.Name(), $"{review.Versions}", Shown(review.State));
            Terminal.Out.Write(table);
            return 0;
        });
        return command;
    }

    static Command Accept()
    {
        var (names, history, json) = (NamesArgument(), HistoryPlace.Option(), JsonOption());
        var command = new Command(
            "accept",
            "Make today's schemas the next version, where they have changed and are compatible: the files are to be committed. Nothing is written when one of " +
            "the messages is not compatible.")
        {
            names, history, json,
        };
        command.SetAction(parsed =>
        {
            var folder = HistoryPlace.Folder(parsed.GetValue(history));
            var contracts = HistoryPlace.Contracts(parsed.GetValue(names) ?? []);
            var accepted = HistoryPlace.Named(() => Accept(contracts, folder));
            if (parsed.GetValue(json))
                Terminal.Json(accepted.Select(a => new { a.Name, version = a.Version.Number }));
            else if (accepted.Count == 0)
                Console.Out.WriteLine("Nothing has changed.");
            foreach (var (name, version) in parsed.GetValue(json) ? [] : accepted)
                Console.Out.WriteLine($"{name}: version {version.Number}");
            return 0;
        });
        return command;
    }

    // All are made before the first is written, so that nothing is half accepted.
    static List<(string Name, SchemaVersion Version)> Accept(IReadOnlyList<MessageContract> contracts, string folder)
    {
        var history = SchemaHistory.In(folder);
        var next = contracts.Select(c => (c.Name, Version: SchemaAcceptance.Next(c, history.Of(c.Name)))).Where(n => n.Version is not null).Select(n => (n.Name, n.Version!)).ToList();
        foreach (var (name, version) in next)
            SchemaHistory.Write(folder, name, version);
        return next;
    }

    static object Row(ContractReview review) => new
    {
        review.Name,
        mode = review.Mode.Name(),
        review.Versions,
        review.State,
        breaches = review.Breaches.Select(b => new { b.Format, b.Version, against = b.Change.Version, b.Change.Reader, b.Change.What.Code, b.Change.What.Path, b.Change.What.Detail }),
    };

    static void Print(IReadOnlyList<ContractReview> reviews, List<ContractReview> open)
    {
        if (open.Count > 0)
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumn("message").AddColumn("today").AddColumn("mode").AddColumn("format")
                .AddColumn("versions").AddColumn("reader").AddColumn("code").AddColumn("at").AddColumn("what");
            foreach (var review in open)
            {
                if (review.Breaches.Count == 0)
                    table.AddRow(review.Name, Shown(review.State), review.Mode.Name(), "", $"{review.Versions}", "", "", "", Todo(review.State));
                foreach (var breach in review.Breaches)
                {
                    table.AddRow(
                        review.Name, Shown(review.State), review.Mode.Name(), $"{breach.Format}", $"{breach.Change.Version} and {breach.Version}", breach.Change.Reader,
                        breach.Change.What.Code, breach.Change.What.Path.EscapeMarkup(), breach.Change.What.Detail.EscapeMarkup());
                }
            }
            Terminal.Out.Write(table);
        }
        Terminal.Out.MarkupLine($"{reviews.Count} messages, {reviews.Sum(r => r.Versions)} versions, {open.Count} {(open.Count == 0 ? "to look at" : "[red]to look at[/]")}");
    }

    static string Todo(SchemaState state) => state switch
    {
        SchemaState.New or SchemaState.Changed => "orchestrator schemas accept",
        SchemaState.Gone => "what was published cannot be read any more",
        _ => "",
    };

    static string Shown(SchemaState state) => state switch
    {
        SchemaState.Accepted => "accepted",
        SchemaState.New => "[yellow]new[/]",
        SchemaState.Changed => "[yellow]changed[/]",
        SchemaState.Incompatible => "[red]incompatible[/]",
        SchemaState.Gone => "[red]gone[/]",
        _ => $"{state}",
    };
}
