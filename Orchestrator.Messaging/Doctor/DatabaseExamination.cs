using Npgsql;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Messaging.Doctor;

/// <summary>Looks at a database; it changes nothing.</summary>
public static class DatabaseExamination
{
    /// <summary>The area's name.</summary>
    public const string Area = "postgres";

    /// <summary>All that there is to look at.</summary>
    /// <param name="connectionString">The database, as the service connects to it.</param>
    /// <param name="time">This machine's clock.</param>
    public static IEnumerable<Examination> All(string connectionString, TimeProvider time)
    {
        yield return new(Area, "postgres_reachable", cancellationToken => LookAsync(connectionString, time, cancellationToken));
        yield return new("service", "service_lanes", cancellationToken => LaneExamination.LookAsync(connectionString, cancellationToken));
    }

    static async Task<IReadOnlyList<Finding>> LookAsync(string connectionString, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var facts = await DatabaseFactsReader.ReadAsync(connectionString, time, cancellationToken);
            return [Finding.Ok("postgres_reachable", $"it answers at {Secrets.Where(connectionString)}"), .. DatabaseJudgement.Of(facts, Environment.ProcessorCount)];
        }
        catch (ArgumentException e)
        {
            return [Finding.Problem("postgres_reachable", $"the connection string cannot be read: {e.Message}", "Write it as Host=...;Database=...;Username=...;Password=...")];
        }
        catch (NpgsqlException e)
        {
            return [Refused(e, Secrets.Where(connectionString))];
        }
    }

    /// <summary>Why nobody answers, and what to do.</summary>
    internal static Finding Refused(NpgsqlException failure, string where) => (failure as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            Finding.Problem("postgres_sign_in", $"{where}: the server refuses the user", "Check user and password, and pg_hba.conf; give the password in the environment or a file of ORCHESTRATOR_SECRETS."),
        PostgresErrorCodes.InvalidCatalogName => Finding.Problem("postgres_database", $"{where}: there is no such database", "create database ... owner ..., or mend Database= in the connection string."),
        PostgresErrorCodes.TooManyConnections => Finding.Problem("postgres_connections", $"{where}: all connections are taken", "Raise max_connections, or run fewer processes."),
        PostgresErrorCodes.CannotConnectNow => Finding.Problem("postgres_reachable", $"{where}: the server starts or stops", "Look again in a moment."),
        PostgresErrorCodes.InsufficientPrivilege => Finding.Problem("postgres_privileges", $"{where}: {failure.Message}", "Grant it, or connect as the owner."),
        { } state => Finding.Problem("postgres_reachable", $"{where}: error {state}: {((PostgresException)failure).MessageText}", "Mend what the text says."),
        null => Finding.Problem("postgres_reachable", $"{where}: nobody answers ({failure.InnerException?.Message ?? failure.Message})", "Check host and port, that the server runs, and that no firewall is between."),
    };
}
