using System.CommandLine;
using Npgsql;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Cli.Store;

/// <summary><c>orchestrator migrate</c>.</summary>
static class MigrateCommand
{
    static readonly Option<bool> Expand = new("--expand") { Description = "Take nothing away that an older version needs, which may run meanwhile" };
    static readonly Option<bool> Json = new("--json") { Description = "Print what was applied as one line of JSON" };

    public static Command Create(ConnectionOptions connections)
    {
        var command = new Command("migrate", "Bring the database to this version. Migrations that are applied already are left alone.") { Expand, Json };
        command.SetAction((parsed, cancellationToken) => RunAsync(connections.Postgres(parsed), parsed.GetValue(Expand), parsed.GetValue(Json), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(string connectionString, bool expand, bool json, CancellationToken cancellationToken)
    {
        try
        {
            var applied = expand
                ? await Migrations.ExpandAsync(connectionString, logger: null, cancellationToken)
                : await Migrations.ApplyAsync(connectionString, logger: null, cancellationToken);
            if (json)
                Terminal.Json(new { applied });
            else if (applied.Count == 0)
                Console.Out.WriteLine("The database is up to date.");
            foreach (var name in json ? [] : applied)
                Console.Out.WriteLine($"applied {Path.GetFileNameWithoutExtension(name)}");
            return 0;
        }
        catch (MigrationException e)
        {
            throw new CommandException("migration_failed", e.Message, e);
        }
        catch (SchemaRefusedException e)
        {
            throw new CommandException("schema_refused", e.Message, e);
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
}
