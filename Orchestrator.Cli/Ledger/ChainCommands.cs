using System.CommandLine;
using Npgsql;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Ledger.Chain;
using Spectre.Console;

namespace Orchestrator.Cli.Ledger;

/// <summary>The hash chains' part of <c>orchestrator ledger</c>, on the database itself.</summary>
static class ChainCommands
{
    static readonly Option<bool> Json = new("--json") { Description = "Print the result as one line of JSON" };
    static readonly Option<string?> Out = new("--out") { Description = "Write the heads to this file instead of standard output" };

    static readonly Option<string[]> Heads = new("--heads")
    {
        Description = "Heads that were exported earlier, to be found again; may be repeated. A chain that was computed anew from its beginning is found only so",
        DefaultValueFactory = _ => [],
    };

    public static IReadOnlyList<Command> Create(ConnectionOptions connections, TimeProvider time)
    {
        var verify = new Command(
            "verify",
            "Compute every lane's hash chain anew, from its first event to its head, and name the first row of each lane that is not what was recorded. " +
            "Read only, one snapshot. Exit code 1 when something is wrong.")
        {
            Heads, Json,
        };
        verify.SetAction((parsed, cancellationToken) => WithDatabaseAsync(
            connections.Postgres(parsed), database => VerifyAsync(database, parsed.GetValue(Heads) ?? [], parsed.GetValue(Json), time, cancellationToken)));
        var head = new Command("head", "Print where every lane's hash chain ends, as JSON: to be kept where who can write the database cannot") { Out };
        head.SetAction((parsed, cancellationToken) => WithDatabaseAsync(
            connections.Postgres(parsed), database => HeadAsync(database, parsed.GetValue(Out), cancellationToken)));
        return [verify, head];
    }

    static async Task<int> WithDatabaseAsync(string connectionString, Func<NpgsqlDataSource, Task<int>> run)
    {
        try
        {
            await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
            return await run(database);
        }
        catch (ChainOriginMissingException e)
        {
            throw new CommandException("chain_origin_missing", e.Message, e);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            throw new CommandException("not_migrated", $"The database has no chain yet ({e.MessageText}): orchestrator migrate brings it to this version.", e);
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

    static async Task<int> HeadAsync(NpgsqlDataSource database, string? path, CancellationToken cancellationToken)
    {
        var heads = await new ChainHeadReader(database).ReadAsync(cancellationToken);
        if (path is null)
        {
            Terminal.Json(heads);
            return 0;
        }
        await HeadsFile.WriteAsync(path, heads, cancellationToken);
        Terminal.Note($"{heads.Lanes.Count} heads of {heads.Database}, {heads.Lanes.Sum(l => l.Sequence):N0} events: {path}");
        return 0;
    }

    static async Task<int> VerifyAsync(NpgsqlDataSource database, string[] files, bool json, TimeProvider time, CancellationToken cancellationToken)
    {
        var exported = new List<ChainHeads>();
        foreach (var file in files)
            exported.Add(await HeadsFile.ReadAsync(file, cancellationToken));
        var verifier = new ChainVerifier(database, time);
        var report = await WithProgressAsync(progress => verifier.RunAsync(exported, progress, cancellationToken));
        if (json)
            Terminal.Json(report);
        else
            Print(report, exported.Count);
        return report.Holds ? 0 : CommandException.ExitCode;
    }

    static async Task<ChainReport> WithProgressAsync(Func<Action<long, long>?, Task<ChainReport>> run)
    {
        if (!Terminal.Error.Profile.Capabilities.Interactive || Console.IsErrorRedirected)
            return await run(null);
        return await Terminal.Error.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask("sorting events").IsIndeterminate();
                return run((done, total) =>
                {
                    bar.IsIndeterminate(false).MaxValue(Math.Max(1, total)).Value(done);
                    bar.Description = $"{done:N0} of {total:N0} events";
                });
            });
    }

    static void Print(ChainReport report, int exports)
    {
        foreach (var problem in report.Problems)
        {
            var place = string.Join(", ", Named("lane", problem.Lane).Concat(Named("sequence", problem.Sequence))
                .Concat(Named("account", problem.AccountId)).Concat(Named("version", problem.Version)));
            Terminal.Out.MarkupLine($"[red]{Snake(problem.Fault)}[/] {place.EscapeMarkup()}");
            Terminal.Out.MarkupLine($"  {problem.Detail.EscapeMarkup()}");
        }
        Console.Out.WriteLine(
            $"{report.Events:N0} events in {report.Lanes} lanes, {report.Seconds:N1} s, {report.EventsPerSecond:N0} a second; {report.Unchained:N0} older than the chains");
        Console.Out.WriteLine(
            !report.Holds ? "The ledger is not what was recorded."
            : exports > 0 ? "Every event is what was recorded; every exported head was found."
            : "Every event is what its chain says. Only heads that were exported (--heads) show that no chain was computed anew.");
    }

    static IEnumerable<string> Named<T>(string name, T? value) => value is null ? [] : [$"{name} {value}"];

    static string Snake(ChainFault fault) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(fault.ToString());
}
