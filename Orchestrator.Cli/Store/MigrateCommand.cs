using System.CommandLine;
using Npgsql;
using Orchestrator.Cli.Connections;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Cli.Store;

/// <summary><c>orchestrator migrate</c>.</summary>
static class MigrateCommand
{
    static readonly Option<bool> Json = new("--json") { Description = "Print what was applied as one line of JSON" };

    public static Command Create(ConnectionOptions connections)
    {
        var command = new Command("migrate", "Bring the database to this version. Migrations that are applied already are left alone.") { Json };
        command.SetAction((parsed, cancellationToken) => RunAsync(connections.Postgres(parsed), parsed.GetValue(Json), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(string connectionString, bool json, CancellationToken cancellationToken)
    {
        try
        {
            var applied = await Migrations.ApplyAsync(connectionString, logger: null, cancellationToken);
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
