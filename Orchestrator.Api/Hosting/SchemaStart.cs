using Npgsql;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Api.Hosting;

/// <summary>Whether the schema of the database is one that this version can run with, and what is done when it is older.</summary>
public static partial class SchemaStart
{
    /// <summary>Brings the schema so far that this version runs, or refuses to run; says so when it is newer.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="migrates">Whether this process may change the schema; where not, that is the work of <c>orchestrator migrate</c>.</param>
    /// <param name="logger">Is told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SchemaRefusedException">It is too old or too new; the message says how to go on.</exception>
    public static async Task PrepareAsync(string connectionString, bool migrates, ILogger logger, CancellationToken cancellationToken = default)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        var standing = await Migrations.StandingAsync(database, cancellationToken);
        standing.RefuseWhatIsTakenAway();
        if (standing.Unknown.Count > 0)
            Newer(logger, standing.Unknown.Count, standing.Unknown[^1].ToString());
        if (!migrates)
        {
            standing.RefuseWhatIsOlder();
            return;
        }
        await Migrations.ExpandAsync(connectionString, logger, cancellationToken);
        if (!standing.Contractions.Any())
            return;
        // Whoever runs may be of a version that still needs what is to go.
        if (await Migrations.AnybodyRunsAsync(database, cancellationToken))
            Postponed(logger, string.Join(", ", standing.Contractions));
        else
            await Migrations.ApplyAsync(connectionString, logger, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "The database is newer than this version: it has {Count} migrations more, the last is {Last}. They only add, so this version runs with them")]
    static partial void Newer(ILogger logger, int count, string last);

    [LoggerMessage(LogLevel.Information, "Other processes run, so {Migrations} waits: run `orchestrator migrate` once no older version runs, or start again alone")]
    static partial void Postponed(ILogger logger, string migrations);
}
