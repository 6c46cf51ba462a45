using System.Data;
using Npgsql;

namespace Orchestrator.Cli.Verify;

/// <summary>What became of one invariant.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it says.</param>
/// <param name="Outcome">How it went.</param>
/// <param name="Offending">How many rows break it.</param>
/// <param name="Examples">The first of them, column by column.</param>
/// <param name="Error">Why it could not be asked.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record InvariantResult(
    string Name, string Meaning, InvariantOutcome Outcome, long Offending, IReadOnlyList<IReadOnlyDictionary<string, object?>> Examples,
    string? Error, double Milliseconds);

/// <summary>How an invariant went.</summary>
public enum InvariantOutcome
{
    /// <summary>It holds.</summary>
    Passed,

    /// <summary>Rows break it.</summary>
    Failed,

    /// <summary>The database did not answer the question, for instance because it is not migrated. Not known to hold.</summary>
    NotAnswered,

    /// <summary>It holds only while nothing is under way, and nobody said that this is so.</summary>
    Skipped,
}

/// <summary>Asks all invariants of one and the same snapshot of the store, so that work under way does not look like a breach.</summary>
public static class InvariantRunner
{
    const int MaxExamples = 3;

    /// <summary>Asks <paramref name="invariants"/> in order.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="invariants">What to ask.</param>
    /// <param name="settled">Whether nothing is under way, so that all must hold.</param>
    /// <param name="time">Measures.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task<IReadOnlyList<InvariantResult>> RunAsync(
        string connectionString, IEnumerable<Invariant> invariants, bool settled, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 600, Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await ExecuteAsync(connection, "set transaction read only", cancellationToken);
        var results = new List<InvariantResult>();
        foreach (var invariant in invariants)
        {
            results.Add(invariant.WhenSettled && !settled
                ? new(invariant.Name, invariant.Meaning, InvariantOutcome.Skipped, 0, [], null, 0)
                : await AskAsync(connection, snapshot, invariant, time, cancellationToken));
        }
        return results;
    }

    static async Task<InvariantResult> AskAsync(
        NpgsqlConnection connection, NpgsqlTransaction snapshot, Invariant invariant, TimeProvider time, CancellationToken cancellationToken)
    {
        const string Before = "before";
        var start = time.GetTimestamp();
        await snapshot.SaveAsync(Before, cancellationToken);
        try
        {
            var (offending, examples) = await CountAsync(connection, invariant.Sql, cancellationToken);
            return new(
                invariant.Name, invariant.Meaning, offending == 0 ? InvariantOutcome.Passed : InvariantOutcome.Failed, offending, examples, null, Elapsed());
        }
        catch (PostgresException e)
        {
            await snapshot.RollbackAsync(Before, cancellationToken);
            return new(invariant.Name, invariant.Meaning, InvariantOutcome.NotAnswered, 0, [], $"{e.SqlState}: {e.MessageText}", Elapsed());
        }

        double Elapsed() => Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1);
    }

    static async Task<(long Count, IReadOnlyList<IReadOnlyDictionary<string, object?>> Examples)> CountAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        long count = 0;
        var examples = new List<IReadOnlyDictionary<string, object?>>();
        while (await rows.ReadAsync(cancellationToken))
        {
            if (count++ < MaxExamples)
                examples.Add(Enumerable.Range(0, rows.FieldCount).ToDictionary(rows.GetName, i => rows.IsDBNull(i) ? null : rows.GetValue(i), StringComparer.Ordinal));
        }
        return (count, examples);
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
