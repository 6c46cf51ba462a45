namespace Orchestrator.Decisioning.Records;

/// <summary>What the numbers of stored vectors mean.</summary>
public interface IFeatureSchemas
{
    /// <summary>Keeps a schema for ever; to be called before the first vector of it is published. Again does nothing.</summary>
    /// <param name="hash">Of the features' definitions: 1 to 64 characters.</param>
    /// <param name="names">The features, in the order of the vector: from 1 to 4,096.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The hash stands for other names.</exception>
    Task KeepAsync(string hash, IReadOnlyList<string> names, CancellationToken cancellationToken);

    /// <summary>The names in the order of the vector; null when nobody has kept this schema.</summary>
    ValueTask<IReadOnlyList<string>?> FindAsync(string hash, CancellationToken cancellationToken);
}
