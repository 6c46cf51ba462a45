using System.Collections.Concurrent;
using Npgsql;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Records;

/// <summary>Feature schemas in PostgreSQL. They never change, so those that were read stay in memory.</summary>
public sealed class FeatureSchemaStore(NpgsqlDataSource database) : IFeatureSchemas
{
    // There are as many as there were versions of the features; a table full of others must not fill the memory.
    const int MostInMemory = 256;

    readonly ConcurrentDictionary<string, IReadOnlyList<string>> _known = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task KeepAsync(string hash, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (hash.Length is 0 or > FeatureVector.MaxSchemaLength)
            throw new ArgumentException($"1 to {FeatureVector.MaxSchemaLength} characters", nameof(hash));
        if (names.Count is 0 or > FeatureVector.MaxLength)
            throw new ArgumentException($"1 to {FeatureVector.MaxLength} names", nameof(names));
        await using var command = database.CreateCommand("insert into decisioning.feature_schema (hash, names) values ($1, $2) on conflict do nothing");
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(new() { Value = names.ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
        if (await FindAsync(hash, cancellationToken) is { } kept && !kept.SequenceEqual(names, StringComparer.Ordinal))
            throw new InvalidOperationException($"feature schema {hash} stands for other names");
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<string>?> FindAsync(string hash, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(hash, out var names))
            return names;
        await using var command = database.CreateCommand("select names from decisioning.feature_schema where hash = $1");
        command.Parameters.Add(new() { Value = hash });
        if (await command.ExecuteScalarAsync(cancellationToken) is not string[] stored)
            return null;
        if (_known.Count < MostInMemory)
            _known.TryAdd(hash, stored);
        return stored;
    }
}
