using System.CommandLine;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Spectre.Console;

namespace Orchestrator.Cli.Ledger;

/// <summary>The projections' part of <c>orchestrator ledger</c>, through the HTTP API.</summary>
static class ProjectionCommands
{
    public static IReadOnlyList<Command> Create(ConnectionOptions connections) =>
        [List(connections), Check(connections)];

    static Option<bool> JsonOption() => new("--json") { Description = "Print the answer as one line of JSON" };

    static Option<string> ProjectionOption() => new("--projection") { Description = "The projection's name, see: ledger projections", Required = true };

    static Command List(ConnectionOptions connections)
    {
        var json = JsonOption();
        var command = new Command("projections", "The projections, what is served of each and what is being built") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new ProjectionsApi(connections.Api(parsed));
            var all = await api.ListAsync(cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(all);
            else
                Print(all);
            return 0;
        });
        return command;
    }

    /// <summary>Asks for a projection to be built anew, and follows it until it is served unless told not to wait.</summary>
    public static async Task<int> RebuildAsync(
        ApiAccess access, string projection, string from, bool wait, bool json, TimeProvider time, CancellationToken cancellationToken)
    {
        using var api = new ProjectionsApi(access);
        var asked = await api.RebuildAsync(projection, from, cancellationToken);
        var served = wait ? await RebuildProgress.FollowAsync(api, asked, time, cancellationToken) : null;
        if (json)
            Terminal.Json(new { asked.Name, asked.Generation, asked.Source, served });
        else if (served is not null)
            Console.Out.WriteLine($"{asked.Name}: generation {asked.Generation} is served, {served.EventsFolded:N0} events.");
        else
            Console.Out.WriteLine($"{asked.Name}: generation {asked.Generation} will be built; see: ledger projections");
        return 0;
    }

    static Command Check(ConnectionOptions connections)
    {
        var json = JsonOption();
        var projection = ProjectionOption();
        Option<bool> settled = new("--settled") { Description = "Nothing is under way: events that are not folded yet count as a difference too" };
        var command = new Command("check", "Fold the ledger's events again and compare with what is served. Exit code 1 at the first difference, which is named.")
        {
            projection, settled, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new ProjectionsApi(connections.Api(parsed));
            var found = await api.CheckAsync(parsed.GetRequiredValue(projection), cancellationToken);
            if (parsed.GetValue(json))
                Terminal.Json(found);
            else
                Print(found);
            return found.Agrees && !(parsed.GetValue(settled) && found.EventsBehind > 0) ? 0 : CommandException.ExitCode;
        });
        return command;
    }

    static void Print(CheckAnswer found)
    {
        if (found.Difference is { } difference)
            Console.Out.WriteLine($"{found.Name}: generation {found.Generation} differs, table {difference.Table}, {difference.Kind}: {difference.Row}");
        else
            Console.Out.WriteLine($"{found.Name}: generation {found.Generation} agrees with the ledger, {found.EventsChecked:N0} events; {found.EventsBehind:N0} not folded yet.");
    }

    static void Print(IReadOnlyList<ProjectionAnswer> all)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("projection").AddColumn(new TableColumn("generation").RightAligned()).AddColumn("state").AddColumn(new TableColumn("version").RightAligned())
            .AddColumn(new TableColumn("events").RightAligned()).AddColumn(new TableColumn("done").RightAligned()).AddColumn(new TableColumn("lag").RightAligned())
            .AddColumn("error");
        foreach (var (projection, generation) in all.SelectMany(p => new[] { p.Active, p.Building }.OfType<GenerationAnswer>().Select(g => (p, g))))
        {
            table.AddRow(
                projection.Name.EscapeMarkup(), $"{generation.Generation}", generation.State.EscapeMarkup(), $"{generation.Version}",
                $"{generation.EventsFolded:N0}", $"{generation.Progress:P1}", generation.Lag is { } lag ? $"{lag:N0}" : "", (generation.Error ?? "").EscapeMarkup());
        }
        Terminal.Out.Write(table);
    }
}
