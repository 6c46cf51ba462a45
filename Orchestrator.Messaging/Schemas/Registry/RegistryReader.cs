using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>Reads what is registered.</summary>
public sealed class RegistryReader(NpgsqlDataSource database)
{
    /// <summary>The largest page of whole schemas.</summary>
    public const int MaxSchemas = 200;

    /// <summary>The word for the newest version.</summary>
    public const string Latest = "latest";

    /// <summary>Names of subjects, in order.</summary>
    /// <param name="prefix">What they begin with.</param>
    /// <param name="deleted">Which versions make a subject one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<string>> SubjectsAsync(string prefix, DeletedVersions deleted, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Of a subject that is deleted only, every version is.
        var condition = deleted is DeletedVersions.Only
            ? "not exists (select from registry.version v where v.subject = u.subject and v.deleted_at is null) and exists (select from registry.version v where v.subject = u.subject)"
            : $"exists (select from registry.version v where v.subject = u.subject and {RegistryRows.Counted(deleted)})";
        return await RegistryRows.ColumnAsync<string>(
            connection, $"select u.subject from registry.subject u where starts_with(u.subject, $1) and {condition} order by u.subject", cancellationToken, Statements.Of(prefix));
    }

    /// <summary>The numbers of a subject's versions, in order; those deleted softly are negative.</summary>
    /// <exception cref="RegistryException">There is none.</exception>
    public async Task<IReadOnlyList<int>> VersionsAsync(string subject, DeletedVersions deleted, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var numbers = await RegistryRows.ColumnAsync<int>(
            connection,
            $"select case when v.deleted_at is null then v.version else -v.version end from registry.version v where v.subject = $1 and {RegistryRows.Counted(deleted)} order by v.version",
            cancellationToken, Statements.Of(subject));
        return numbers.Count > 0 ? numbers : throw Refusals.SubjectNotFound(subject);
    }

    /// <summary>A version of a subject.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="version">A number, or <see cref="Latest"/>.</param>
    /// <param name="deleted">Whether one that is deleted softly counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RegistryException">There is no such subject or version.</exception>
    public async Task<SubjectVersion> VersionAsync(string subject, string version, bool deleted, CancellationToken cancellationToken)
    {
        var number = ReadVersion(version);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, subject, number, deleted ? DeletedVersions.Shown : DeletedVersions.Hidden, cancellationToken);
    }

    /// <summary>The newest version of a subject about which something is said.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="properties">Properties of its metadata, as a JSON object.</param>
    /// <param name="deleted">Whether those deleted softly count.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RegistryException">There is none.</exception>
    public async Task<SubjectVersion> LatestWithAsync(string subject, string properties, bool deleted, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var counted = deleted ? DeletedVersions.Shown : DeletedVersions.Hidden;
        return await RegistryRows.VersionAsync(
                connection, $"v.subject = $1 and s.metadata::jsonb -> 'properties' @> $2 and {RegistryRows.Counted(counted)} order by v.version desc", cancellationToken,
                Statements.Of(subject), new NpgsqlParameter { Value = properties, NpgsqlDbType = NpgsqlDbType.Jsonb })
            ?? throw (await RegistryRows.HasSubjectAsync(connection, subject, counted, cancellationToken) ? Refusals.SchemaNotFound() : Refusals.SubjectNotFound(subject));
    }

    /// <summary>Numbers of the schemas that speak of a version.</summary>
    /// <exception cref="RegistryException">There is no such version.</exception>
    public async Task<IReadOnlyList<int>> ReferencedByAsync(string subject, string version, CancellationToken cancellationToken)
    {
        var number = ReadVersion(version);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = await FindAsync(connection, subject, number, DeletedVersions.Shown, cancellationToken);
        return await RegistryRows.ColumnAsync<int>(
            connection,
            "select distinct r.schema_id from registry.reference r join registry.version v using (schema_id) where r.subject = $1 and r.version = $2 and v.deleted_at is null order by 1",
            cancellationToken, Statements.Of(subject), Statements.Of(found.Version));
    }

    /// <summary>A schema by its number.</summary>
    /// <exception cref="RegistryException">There is none.</exception>
    public async Task<StoredSchema> ByIdAsync(int id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await RegistryRows.SchemaAsync(connection, "s.schema_id = $1", cancellationToken, Statements.Of(id)) ?? throw Refusals.SchemaNotFound(id.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A schema by the name that it has everywhere.</summary>
    /// <exception cref="RegistryException">There is none.</exception>
    public async Task<StoredSchema> ByGuidAsync(string guid, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(guid, out var id))
            throw Refusals.SchemaNotFound(guid);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await RegistryRows.SchemaAsync(connection, "s.guid = $1", cancellationToken, Statements.Of(id)) ?? throw Refusals.SchemaNotFound(guid);
    }

    /// <summary>The largest number that was given.</summary>
    public async Task<int> LargestIdAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await RegistryRows.ColumnAsync<int>(connection, "select last_id from registry.head", cancellationToken))[0];
    }

    /// <summary>Where a schema is registered.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="subject">Only there; null for everywhere.</param>
    /// <param name="deleted">Whether versions that are deleted softly count.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RegistryException">There is no such schema.</exception>
    public async Task<IReadOnlyList<(string Subject, int Version)>> PlacesAsync(int id, string? subject, bool deleted, CancellationToken cancellationToken)
    {
        await ByIdAsync(id, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var counted = RegistryRows.Counted(deleted ? DeletedVersions.Shown : DeletedVersions.Hidden);
        await using var command = new NpgsqlCommand(
            $"select v.subject, v.version from registry.version v where v.schema_id = $1 and ($2::text is null or v.subject = $2) and {counted} order by v.subject, v.version", connection)
        {
            Parameters = { Statements.Of(id), Statements.OrNull(subject) },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var places = new List<(string, int)>();
        while (await rows.ReadAsync(cancellationToken))
            places.Add((rows.GetString(0), rows.GetInt32(1)));
        return places;
    }

    /// <summary>Whole schemas, in order of their subjects and versions.</summary>
    /// <param name="prefix">What subjects begin with.</param>
    /// <param name="deleted">Whether those deleted softly count.</param>
    /// <param name="latestOnly">Whether of each subject only the newest version is wanted.</param>
    /// <param name="offset">How many are passed over.</param>
    /// <param name="limit">How many are wanted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<SubjectVersion>> SchemasAsync(string prefix, bool deleted, bool latestOnly, int offset, int limit, CancellationToken cancellationToken)
    {
        var counted = RegistryRows.Counted(deleted ? DeletedVersions.Shown : DeletedVersions.Hidden);
        var newest = latestOnly ? $" and v.version = (select max(w.version) from registry.version w where w.subject = v.subject and {counted.Replace("v.", "w.", StringComparison.Ordinal)})" : "";
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = new List<SubjectVersion>();
        await foreach (var version in RegistryRows.VersionsAsync(
            connection, $"starts_with(v.subject, $1) and {counted}{newest} order by v.subject, v.version offset $2 limit $3",
            [Statements.Of(prefix), Statements.Of(Math.Max(0, offset)), Statements.Of(limit is < 0 or > MaxSchemas ? MaxSchemas : limit)], cancellationToken))
        {
            found.Add(version);
        }
        return found;
    }

    /// <summary>Reads a version's number; null for <see cref="Latest"/>.</summary>
    /// <exception cref="RegistryException">It is neither.</exception>
    internal static int? ReadVersion(string version)
    {
        if (version is Latest or "-1")
            return null;
        return int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw Refusals.InvalidVersion(version);
    }

    /// <summary>Finds a version; the newest where no number is given.</summary>
    /// <exception cref="RegistryException">There is none.</exception>
    internal static async Task<SubjectVersion> FindAsync(NpgsqlConnection connection, string subject, int? number, DeletedVersions deleted, CancellationToken cancellationToken)
    {
        var found = number is { } exact
            ? await RegistryRows.VersionAsync(
                connection, $"v.subject = $1 and v.version = $2 and {RegistryRows.Counted(deleted)}", cancellationToken, Statements.Of(subject), Statements.Of(exact))
            : await RegistryRows.VersionAsync(connection, $"v.subject = $1 and {RegistryRows.Counted(deleted)} order by v.version desc", cancellationToken, Statements.Of(subject));
        if (found is not null)
            return found;
        throw number is not null && await RegistryRows.HasSubjectAsync(connection, subject, deleted, cancellationToken)
            ? Refusals.VersionNotFound(number.Value.ToString(CultureInfo.InvariantCulture))
            : Refusals.SubjectNotFound(subject);
    }
}
