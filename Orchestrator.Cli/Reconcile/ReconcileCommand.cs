using System.CommandLine;
using Npgsql;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Reconciliation;
using Spectre.Console;

namespace Orchestrator.Cli.Reconcile;

/// <summary><c>orchestrator reconcile</c>.</summary>
static class ReconcileCommand
{
    static readonly Argument<FileInfo> File = new("FILE") { Description = "A statement of the house's settlement account at its bank" };

    static readonly Option<string?> Format = new Option<string?>("--format") { Description = "How the file is written [default: camt053 for *.xml, else csv]" }
        .AcceptOnlyFromAmong("csv", "camt053");

    static readonly Option<int?> Days = new("--days") { Description = "How many days a line and a posting may be apart where they match by amount alone, 0 to 10 [default: 2]" };
    static readonly Option<int> Show = new("--show") { Description = "How many breaks to show, 0 to 1000; all are counted", DefaultValueFactory = _ => 20 };
    static readonly Option<bool> Json = new("--json") { Description = "Print the result as one line of JSON" };

    public static Command Create(ConnectionOptions connections, TimeProvider time)
    {
        var command = new Command(
            "reconcile",
            "Import a bank's statement, match it with the ledger's settlement postings and list the breaks. Importing a file twice changes nothing the second " +
            "time. Exit code 0 when nothing breaks, 1 when there are breaks or it failed, 2 when rows were skipped and the rest has no breaks.")
        {
            File, Format, Days, Show, Json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connections, time, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, ConnectionOptions connections, TimeProvider time, CancellationToken cancellationToken)
    {
        var (days, show) = (parsed.GetValue(Days), parsed.GetValue(Show));
        if (days is < 0 or > ReconciliationOptions.MaxDays || show is < 0 or > ReconciliationReader.MaxPage)
            throw new CommandException("bad_option", $"--days: from 0 to {ReconciliationOptions.MaxDays}; --show: from 0 to {ReconciliationReader.MaxPage}");
        var path = parsed.GetRequiredValue(File).FullName;
        var format = StatementFormats.Parse(parsed.GetValue(Format)) ?? StatementFormats.OfFile(path);
        try
        {
            await using var database = Connect(connections.Postgres(parsed));
            var imported = await ImportAsync(database, path, format, days, time, cancellationToken);
            var reader = new ReconciliationReader(database);
            var result = (await reader.GetAsync(imported.StatementId, cancellationToken))!;
            var breaks = show == 0 ? [] : await reader.BreaksAsync(imported.StatementId, 0, show, cancellationToken);
            if (parsed.GetValue(Json))
                Terminal.Json(new { imported.Repeated, result.Statement, result.Open, result.Totals, result.SkippedRows, breaks });
            else
                Print(imported, result, breaks);
            return result.Open > 0 ? CommandException.ExitCode : result.Statement.Skipped > 0 ? CommandException.PartialExitCode : 0;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            throw new CommandException("not_migrated", "The database is not of this version: orchestrator migrate brings it there.", e);
        }
        catch (NpgsqlException e)
        {
            throw new CommandException("database_unreachable", e.Message, e);
        }
    }

    static NpgsqlDataSource Connect(string connectionString)
    {
        try
        {
            return NpgsqlDataSource.Create(connectionString);
        }
        catch (ArgumentException e)
        {
            throw new CommandException("bad_connection_string", e.Message, e);
        }
    }

    static async Task<StatementImported> ImportAsync(
        NpgsqlDataSource database, string path, StatementFormat format, int? days, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            var name = Path.GetFileName(path);
            return await new StatementImporter(database, new ReconciliationOptions(), time).ImportAsync(
                new StatementFile(name[..Math.Min(name.Length, StatementImporter.MaxNameLength)], format, days, $"cli:{Environment.UserName}", file), cancellationToken);
        }
        catch (FileNotFoundException)
        {
            throw new CommandException("file_not_found", $"There is no file {path}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException("file_unreadable", e.Message, e);
        }
        catch (StatementException e)
        {
            foreach (var row in e.Rows)
                Terminal.Warn(Shown(row));
            throw new CommandException(e.Code, e.Detail, e);
        }
    }

    static void Print(StatementImported imported, ReconciliationView result, IReadOnlyList<BreakView> breaks)
    {
        if (imported.Repeated)
            Terminal.Note("These bytes were imported before; nothing was matched again.");
        foreach (var row in result.SkippedRows)
            Terminal.Warn(Shown(row));
        var statement = result.Statement;
        var totals = new Table().Border(TableBorder.Rounded).Title($"{statement.Name.EscapeMarkup()}, {statement.Currency}, {statement.From:yyyy-MM-dd} to {statement.To:yyyy-MM-dd}")
            .AddColumn("status").AddColumn("rule").AddColumn(Right("count")).AddColumn(Right("sum")).AddColumn(Right("open")).AddColumn(Right("open sum"));
        foreach (var total in result.Totals)
        {
            totals.AddRow(
                total.Status, total.Rule ?? "", $"{total.Count:N0}", Amount(total.SumMinor, total.Currency), total.Open > 0 ? $"[red]{total.Open:N0}[/]" : "0",
                Amount(total.OpenSumMinor, total.Currency));
        }
        if (statement.Skipped > 0)
            totals.AddRow("skipped", "", $"{statement.Skipped:N0}", "", "", "");
        Terminal.Out.Write(totals);
        if (breaks.Count > 0)
            Print(breaks);
        Terminal.Out.MarkupLine($"reconciliation {statement.Id}: {result.Open:N0} open");
    }

    static void Print(IReadOnlyList<BreakView> breaks)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn(Right("line")).AddColumn("break").AddColumn("booked").AddColumn(Right("amount")).AddColumn("reference").AddColumn("posting").AddColumn(Right("posted"));
        foreach (var row in breaks)
        {
            table.AddRow(
                $"{row.Line}", row.Status, $"{row.BookedOn:yyyy-MM-dd}", Amount(row.AmountMinor, row.Currency), row.Reference.EscapeMarkup(),
                row.Posting is { } p ? $"{p.AccountId}@{p.Version}".EscapeMarkup() : "", row.Posting is { } posted ? Amount(posted.AmountMinor, posted.Currency) : "");
        }
        Terminal.Out.Write(table);
    }

    static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    static string Shown(BadRow row) => $"line {row.Line}: {row.Code}{(row.Field.Length == 0 ? "" : $" ({row.Field})")}: {row.Detail}";

    // Decimal digits all the way: a sum of minor units is shifted, never divided into something that rounds.
    static string Amount(decimal minor, string currency)
    {
        // A posting may be of an asset, whose scale the service knows.
        if (!Currencies.IsKnown(currency))
            return $"{minor} smallest units of {currency}";
        var digits = Currencies.MinorDigits(currency);
        var shifted = minor * digits switch { 0 => 1m, 2 => 0.01m, _ => 0.001m };
        return $"{shifted.ToString($"N{digits}")} {currency}";
    }
}
