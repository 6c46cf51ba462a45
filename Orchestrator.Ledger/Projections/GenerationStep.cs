using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Storage;

namespace Orchestrator.Ledger.Projections;

/// <summary>A transaction that holds a generation's row in the state that it found; it is rolled back unless <see cref="MoveAsync"/> ends it.</summary>
sealed class GenerationStep : IAsyncDisposable
{
    readonly NpgsqlTransaction _transaction;
    readonly ProjectionGeneration _generation;

    GenerationStep(NpgsqlConnection connection, NpgsqlTransaction transaction, ProjectionGeneration generation)
    {
        Connection = connection;
        _transaction = transaction;
        _generation = generation;
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>Begins; null when the generation is in another state by now, or another process is at it.</summary>
    public static async Task<GenerationStep?> BeginAsync(
        NpgsqlDataSource database, ProjectionGeneration generation, string state, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var step = new GenerationStep(connection, await connection.BeginTransactionAsync(cancellationToken), generation);
            await using var command = step.Command("select 1 from ledger.projection where name = $1 and generation = $2 and state = $3 for update skip locked");
            command.Parameters.Add(new() { Value = state });
            if (await command.ExecuteScalarAsync(cancellationToken) is not null)
                return step;
            await step.DisposeAsync();
            return null;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the copying stands.</summary>
    public async Task<EventCursor> CursorAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("select copied_account, copied_version, copied_counters from ledger.projection where name = $1 and generation = $2");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var counters = row.GetFieldValue<long[]>(2);
        return new EventCursor(row.GetString(0), row.GetInt64(1), new AccountCounters(counters[0], counters[1], counters[2], counters[3]));
    }

    /// <summary>Whether it was retired so long ago.</summary>
    public async Task<bool> IsRetiredAsync(TimeSpan since, CancellationToken cancellationToken)
    {
        await using var command = Command("select retired_at <= now() - $3 from ledger.projection where name = $1 and generation = $2");
        command.Parameters.Add(new() { Value = since });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Executes statements in the transaction.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, Connection, _transaction);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Changes the generation's row and commits everything.</summary>
    /// <param name="set">What to set, with parameters from $3 on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="parameters">Their values.</param>
    public async Task MoveAsync(string set, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = Command($"update ledger.projection set {set} where name = $1 and generation = $2");
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await _transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }

    NpgsqlCommand Command(string sql) => new(sql, Connection, _transaction)
    {
        Parameters = { new() { Value = _generation.Name }, new() { Value = _generation.Number } },
    };
}
