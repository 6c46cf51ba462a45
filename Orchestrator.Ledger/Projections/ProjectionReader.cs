using Npgsql;

namespace Orchestrator.Ledger.Projections;

/// <summary>
/// Reads what is served of a projection. The generation is looked up for each question, so readers follow a swap at once; tables that go while
/// they are being asked are asked for again in the generation that took their place.
/// </summary>
public sealed class ProjectionReader(ProjectionCatalog catalog)
{
    const int Tries = 3;

    /// <summary>Asks <paramref name="read"/> of the generation that is served.</summary>
    /// <param name="name">The projection.</param>
    /// <param name="read">Asks the tables in the generation's schema, and has no other effect.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProjectionNotReadyException">None is served, or it was folded by other code, whose tables do not have what is asked for.</exception>
    public async Task<T> ReadAsync<T>(
        string name, Func<ServedGeneration, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        PostgresException? failure = null;
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            if (await catalog.ServedAsync(name, cancellationToken) is not { } served)
                break;
            try
            {
                return await read(served, cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn)
            {
                failure = e;
            }
        }
        throw new ProjectionNotReadyException(name, failure);
    }
}

/// <summary>A projection is not served yet: it is being built for the first time, or anew for this version.</summary>
public sealed class ProjectionNotReadyException(string name, Exception? inner = null) : Exception($"projection {name} is not served yet", inner);
