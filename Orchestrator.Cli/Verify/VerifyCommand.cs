using System.CommandLine;
using System.Text.Json;
using Npgsql;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Spectre.Console;

namespace Orchestrator.Cli.Verify;

/// <summary><c>orchestrator verify</c>.</summary>
static class VerifyCommand
{
    static readonly Option<bool> Settled = new("--settled") { Description = "Nothing is under way: ask also what holds only then" };
    static readonly Option<string[]> Only = new("--only") { Description = "The names to ask, or their beginnings; may be repeated [default: all]", DefaultValueFactory = _ => [] };
    static readonly Option<bool> Names = new("--list") { Description = "Say what would be asked, and ask nothing" };
    static readonly Option<bool> Json = new("--json") { Description = "Print the result as one line of JSON" };

    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        var command = new Command(
            "verify",
            "Ask the store whether everything that must hold does: the ledger sums to zero, holds are resolved once, versions have no gaps, every " +
            "transaction has ended or has a timer, and so on. One snapshot, read only. Exit code 1 when something does not hold or could not be asked.")
        {
            Settled, Only, Names, Json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, time, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, TimeProvider time, CancellationToken cancellationToken)
    {
        var chosen = Chosen(parsed.GetValue(Only) ?? []);
        if (parsed.GetValue(Names))
            return List(chosen, parsed.GetValue(Json));
        try
        {
            var results = await InvariantRunner.RunAsync(connections.Postgres(parsed), chosen, parsed.GetValue(Settled), time, cancellationToken);
            var holds = results.All(r => r.Outcome is InvariantOutcome.Passed or InvariantOutcome.Skipped);
            if (parsed.GetValue(Json))
                Terminal.Json(new { holds, invariants = results });
            else
                Print(results);
            return holds ? 0 : CommandException.ExitCode;
        }
        catch (NpgsqlException e)
        {
            throw new CommandException("database_unreachable", e.Message, e);
        }
        catch (ArgumentException e)
        {
            throw new CommandException("bad_connection_string", e.Message, e);
        }
    }

    static List<Invariant> Chosen(string[] only)
    {
        var chosen = Invariant.All.Where(i => only.Length == 0 || only.Any(o => i.Name.StartsWith(o, StringComparison.Ordinal))).ToList();
        return chosen.Count > 0 ? chosen : throw new CommandException("unknown_invariant", $"Nothing is called {string.Join(" or ", only)}; see verify --list.");
    }

    static int List(List<Invariant> invariants, bool json)
    {
        if (json)
        {
            Terminal.Json(invariants.Select(i => new { i.Name, i.Meaning, i.WhenSettled }));
            return 0;
        }
        var table = new Table().Border(TableBorder.Rounded).AddColumn("invariant").AddColumn("meaning").AddColumn("when");
        foreach (var invariant in invariants)
            table.AddRow(invariant.Name.EscapeMarkup(), invariant.Meaning.EscapeMarkup(), invariant.WhenSettled ? "settled" : "always");
        Terminal.Out.Write(table);
        return 0;
    }

    static void Print(IReadOnlyList<InvariantResult> results)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn("invariant").NoWrap()).AddColumn("result")
            .AddColumn(new TableColumn("offending").RightAligned()).AddColumn(new TableColumn("ms").RightAligned());
        foreach (var result in results)
            table.AddRow(result.Name.EscapeMarkup(), Colored(result.Outcome), $"{result.Offending:N0}", $"{result.Milliseconds:N1}");
        Terminal.Out.Write(table);
        foreach (var result in results.Where(r => r.Outcome is InvariantOutcome.Failed or InvariantOutcome.NotAnswered))
        {
            Terminal.Out.MarkupLine($"[red]{result.Name.EscapeMarkup()}[/] {result.Meaning.EscapeMarkup()}");
            if (result.Error is { } error)
                Terminal.Out.MarkupLine($"  {error.EscapeMarkup()}");
            foreach (var example in result.Examples)
                Terminal.Out.MarkupLine($"  {JsonSerializer.Serialize(example).EscapeMarkup()}");
        }
    }

    static string Colored(InvariantOutcome outcome) => outcome switch
    {
        InvariantOutcome.Passed => "[green]holds[/]",
        InvariantOutcome.Failed => "[red]broken[/]",
        InvariantOutcome.NotAnswered => "[red]not answered[/]",
        _ => "[grey]skipped (--settled)[/]",
    };
}
