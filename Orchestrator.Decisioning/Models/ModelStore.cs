using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Decisioning.Versions;
using static Orchestrator.Messaging.Rows.Statements;

namespace Orchestrator.Decisioning.Models;

/// <summary>Models in PostgreSQL: reading them, and their changes of state.</summary>
public sealed class ModelStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The most models of one page.</summary>
    public const int MaxPage = VersionLife.MaxPage;

    const string Columns = $"{VersionLife.Columns}, format, schema_hash, bytes";

    const string Insert = """
        insert into decisioning.model (version, name, hash, author, format, schema_hash, description, content, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7::json, $8, $9, $9) on conflict do nothing
        """;

    readonly VersionLife _life = new(database, time, "decisioning.model");

    /// <summary>Stores a file as a draft; the same again changes nothing.</summary>
    /// <param name="file">What was read from it.</param>
    /// <param name="content">The file itself.</param>
    /// <param name="actor">Who, and why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<VersionOutcome> CreateAsync(ModelFile file, ReadOnlyMemory<byte> content, VersionActor actor, CancellationToken cancellationToken)
    {
        var (version, description) = (file.Model.Version, file.Description);
        return _life.CreateAsync(
            version, file.Hash, actor,
            connection => ExecuteAsync(
                connection, Insert, cancellationToken, Of(version), Of(description.Name), Of(file.Hash), Of(actor.Name), Of(description.Format),
                Of(description.SchemaHash), Of(JsonSerializer.Serialize(description, JsonSerializerOptions.Web)),
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = content, NpgsqlDbType = NpgsqlDbType.Bytea }, Of(time.GetUtcNow())),
            cancellationToken);
    }

    /// <summary>Lets a draft, or one that was retired, score beside the live one; the former shadow retires.</summary>
    /// <param name="version">Which.</param>
    /// <param name="revision">The revision that was looked at; null for any.</param>
    /// <param name="actor">Who, and why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<VersionOutcome> ToShadowAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) =>
        _life.ToShadowAsync(version, revision, actor, cancellationToken);

    /// <summary>Lets a shadow's score count, in the name of somebody who has not uploaded it; the former one retires.</summary>
    public Task<VersionOutcome> ActivateAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) =>
        _life.ActivateAsync(version, revision, actor, cancellationToken);

    /// <summary>Takes the live one out of force; what it replaced is live again, or none is.</summary>
    public Task<VersionOutcome> RollBackAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) =>
        _life.RollBackAsync(version, revision, actor, cancellationToken);

    /// <summary>Ends the trial of a shadow.</summary>
    public Task<VersionOutcome> EndTrialAsync(string version, int? revision, VersionActor actor, CancellationToken cancellationToken) =>
        _life.EndTrialAsync(version, revision, actor, cancellationToken);

    /// <summary>The version that rolling back <paramref name="version"/> would restore; null for none.</summary>
    public Task<string?> FindReplacedByAsync(string version, CancellationToken cancellationToken) => _life.FindReplacedByAsync(version, cancellationToken);

    /// <summary>A page of models by version.</summary>
    public async Task<IReadOnlyList<ModelSummary>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from decisioning.model where version > $1 order by version limit $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { Of(after ?? ""), Of(Math.Clamp(limit, 1, MaxPage)) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<ModelSummary>();
        while (await row.ReadAsync(cancellationToken))
            page.Add(Summary(row));
        return page;
    }

    /// <summary>A model without its file; null when there is none of that version.</summary>
    public async Task<StoredModel?> FindAsync(string version, CancellationToken cancellationToken)
    {
        if (await ReadAsync(version, cancellationToken) is not (var summary, var description))
            return null;
        return new StoredModel(summary, description, await _life.HistoryAsync(version, cancellationToken));
    }

    /// <summary>A model's file; null when there is none of that version.</summary>
    public async Task<byte[]?> ContentAsync(string version, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select content from decisioning.model where version = $1");
        command.Parameters.Add(Of(version));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    /// <summary>The versions that are live and in shadow.</summary>
    internal async Task<(string? Live, string? Shadow)> InForceAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select version, state from decisioning.model where state = 'live' or state = 'shadow'");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var (live, shadow) = (default(string), default(string));
        while (await row.ReadAsync(cancellationToken))
        {
            if (row.GetString(1) == "live")
                live = row.GetString(0);
            else
                shadow = row.GetString(0);
        }
        return (live, shadow);
    }

    async Task<(ModelSummary Summary, ModelDescription Description)?> ReadAsync(string version, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns}, description::text from decisioning.model where version = $1");
        command.Parameters.Add(Of(version));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (Summary(row), JsonSerializer.Deserialize<ModelDescription>(row.GetString(10), JsonSerializerOptions.Web)!)
            : null;
    }

    static ModelSummary Summary(NpgsqlDataReader row)
    {
        var (version, state, revision, hash, author, createdAt, changedAt) = VersionLife.Summary(row);
        return new ModelSummary(version, state, revision, row.GetString(7), row.GetString(8), row.GetInt32(9), hash, author, createdAt, changedAt);
    }
}
