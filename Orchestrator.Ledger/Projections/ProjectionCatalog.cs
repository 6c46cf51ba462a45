using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Projections;

/// <summary>Which generations there are: the table ledger.projection.</summary>
public sealed class ProjectionCatalog(NpgsqlDataSource database) : IProjectionSchemas
{
    const string Select = """
        select name, generation, version, state, source, started_at, active_at, error
        from ledger.projection where state <> 'dropped' and ($1::text is null or name = $1) order by name, generation
        """;

    /// <summary>The generations that have tables or are to get some, of one projection or of all, the oldest first.</summary>
    public async Task<IReadOnlyList<ProjectionGeneration>> LiveAsync(string? name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(new() { Value = (object?)name ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var live = new List<ProjectionGeneration>();
        while (await rows.ReadAsync(cancellationToken))
        {
            live.Add(new ProjectionGeneration(
                rows.GetString(0), rows.GetInt32(1), rows.GetInt32(2), State(rows.GetString(3)), Source(rows.GetString(4)),
                rows.Instant(5), rows.Instant(6),
                rows.Text(7)));
        }
        return live;
    }

    /// <summary>The generation that is served; null when none is.</summary>
    public async Task<ServedGeneration?> ServedAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select generation, version from ledger.projection where name = $1 and state = 'active'");
        command.Parameters.Add(new() { Value = name });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new ServedGeneration(name, row.GetInt32(0), row.GetInt32(1)) : null;
    }

    /// <inheritdoc />
    public async ValueTask<string?> ActiveSchemaAsync(string projection, CancellationToken cancellationToken) =>
        (await ServedAsync(projection, cancellationToken))?.Schema;

    /// <summary>Asks for a new generation, to be built by whichever process of the ledger comes first.</summary>
    public async Task<RebuildOutcome> RequestAsync(string name, RebuildSource source, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into ledger.projection (name, generation, version, state, source, requested_at)
            select name, max(generation) + 1, 0, 'requested', $2, now() from ledger.projection where name = $1 group by name
            on conflict do nothing
            returning generation
            """);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = Stored(source) });
        if (await command.ExecuteScalarAsync(cancellationToken) is int generation)
            return new RebuildOutcome.Accepted(generation);
        var live = await LiveAsync(name, cancellationToken);
        return live.Count == 0 ? new RebuildOutcome.Unknown() : new RebuildOutcome.Running(live.LastOrDefault(g => g.IsBuilding)?.Number ?? live[^1].Number);
    }

    /// <summary>Asks for the generation of a code's version, the first of all where there is none; nothing happens while one is being built.</summary>
    internal async Task RenewAsync(Projection projection, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into ledger.projection (name, generation, version, state, source, requested_at)
            select $1, coalesce(max(generation), 0) + 1, $2, 'requested', 'store', now() from ledger.projection where name = $1
            on conflict do nothing
            """);
        command.Parameters.Add(new() { Value = projection.Name });
        command.Parameters.Add(new() { Value = projection.Version });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Gives the building of a generation up.</summary>
    internal async Task AbandonAsync(ProjectionGeneration generation, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "update ledger.projection set state = 'retired', retired_at = now() where name = $1 and generation = $2 and state in ('requested', 'copying', 'catching_up')");
        command.Parameters.Add(new() { Value = generation.Name });
        command.Parameters.Add(new() { Value = generation.Number });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes why a projection does not go on; null when it does.</summary>
    internal async Task NoteErrorAsync(string name, string? error, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            update ledger.projection set error = $2
            where name = $1 and state in ('requested', 'copying', 'catching_up', 'active') and error is distinct from $2
            """);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = (object?)error ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static GenerationState State(string stored) => stored switch
    {
        "requested" => GenerationState.Requested,
        "copying" => GenerationState.Copying,
        "catching_up" => GenerationState.CatchingUp,
        "active" => GenerationState.Active,
        "retired" => GenerationState.Retired,
        _ => throw new InvalidOperationException($"ledger.projection has a state {stored} that this version does not know"),
    };

    static RebuildSource Source(string stored) => stored switch
    {
        "store" => RebuildSource.Store,
        "topic" => RebuildSource.Topic,
        _ => throw new InvalidOperationException($"ledger.projection has a source {stored} that this version does not know"),
    };

    static string Stored(RebuildSource source) => source is RebuildSource.Store ? "store" : "topic";
}

/// <summary>The generation that is served.</summary>
/// <param name="Name">The projection.</param>
/// <param name="Number">Which generation.</param>
/// <param name="Version">Of the code that folds it.</param>
public sealed record ServedGeneration(string Name, int Number, int Version)
{
    /// <summary>The schema of its tables; safe to put into SQL.</summary>
    public string Schema => $"ledger_{Name}_{Number}";
}

/// <summary>What became of asking for a rebuild.</summary>
public abstract record RebuildOutcome
{
    RebuildOutcome()
    {
    }

    /// <summary>It will be built.</summary>
    /// <param name="Generation">Its number.</param>
    public sealed record Accepted(int Generation) : RebuildOutcome;

    /// <summary>Another one is being built.</summary>
    /// <param name="Generation">Its number.</param>
    public sealed record Running(int Generation) : RebuildOutcome;

    /// <summary>There is no such projection.</summary>
    public sealed record Unknown : RebuildOutcome;
}
