namespace Orchestrator.Ledger.Projections;

/// <summary>Says in which schema a projection's tables are.</summary>
public interface IProjectionSchemas
{
    /// <summary>The schema of the generation that is read; null while none is built yet.</summary>
    /// <param name="projection">See <see cref="Projection.Name"/>.</param>
    /// <param name="cancellationToken">Stops the question.</param>
    ValueTask<string?> ActiveSchemaAsync(string projection, CancellationToken cancellationToken);
}
