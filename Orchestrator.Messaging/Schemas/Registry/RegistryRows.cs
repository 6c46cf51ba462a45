using System.Runtime.CompilerServices;
using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>What is read from the registry's tables, inside of a transaction or without one.</summary>
static class RegistryRows
{
    const string Schema = """
        s.schema_id, s.guid, s.format, s.body, s.metadata, s.rule_set,
        array(select r.name from registry.reference r where r.schema_id = s.schema_id order by r.place),
        array(select r.subject from registry.reference r where r.schema_id = s.schema_id order by r.place),
        array(select r.version from registry.reference r where r.schema_id = s.schema_id order by r.place)
        """;

    const string Version = $"select v.subject, v.version, v.deleted_at is not null, {Schema} from registry.version v join registry.schema s using (schema_id) where ";

    /// <summary>Versions that meet a condition on <c>v</c> and <c>s</c>, in the order that it gives.</summary>
    public static async IAsyncEnumerable<SubjectVersion> VersionsAsync(
        NpgsqlConnection connection, string condition, NpgsqlParameter[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Version + condition, connection);
        command.Parameters.AddRange(parameters);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            yield return new SubjectVersion(rows.GetString(0), rows.GetInt32(1), rows.GetBoolean(2), Stored(rows, 3));
    }

    /// <summary>The first of them; null when there is none.</summary>
    public static async Task<SubjectVersion?> VersionAsync(
        NpgsqlConnection connection, string condition, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await foreach (var version in VersionsAsync(connection, $"{condition} limit 1", parameters, cancellationToken))
            return version;
        return null;
    }

    /// <summary>A schema that some version has; null when there is none.</summary>
    public static async Task<StoredSchema?> SchemaAsync(NpgsqlConnection connection, string condition, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(
            $"select {Schema} from registry.schema s where {condition} and exists (select from registry.version v where v.schema_id = s.schema_id)", connection);
        command.Parameters.AddRange(parameters);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Stored(rows, 0) : null;
    }

    /// <summary>One column of what a statement finds.</summary>
    public static async Task<IReadOnlyList<T>> ColumnAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
            found.Add(rows.GetFieldValue<T>(0));
        return found;
    }

    /// <summary>Whether a subject has versions, those counted that are asked for.</summary>
    public static async Task<bool> HasSubjectAsync(NpgsqlConnection connection, string subject, DeletedVersions deleted, CancellationToken cancellationToken) =>
        (await ColumnAsync<int>(connection, $"select version from registry.version v where subject = $1 and {Counted(deleted)} limit 1", cancellationToken, Statements.Of(subject))).Count > 0;

    /// <summary>The condition on <c>v</c> under which a version counts.</summary>
    public static string Counted(DeletedVersions deleted) => deleted switch
    {
        DeletedVersions.Hidden => "v.deleted_at is null",
        DeletedVersions.Only => "v.deleted_at is not null",
        _ => "true",
    };

    static StoredSchema Stored(NpgsqlDataReader row, int first)
    {
        var (names, subjects, versions) = (row.GetFieldValue<string[]>(first + 6), row.GetFieldValue<string[]>(first + 7), row.GetFieldValue<int[]>(first + 8));
        return new StoredSchema(
            row.GetInt32(first),
            row.GetGuid(first + 1),
            new SentSchema(
                SchemaTypes.Parse(row.GetString(first + 2))!.Value, row.GetString(first + 3), [.. names.Select((name, i) => new SchemaReference(name, subjects[i], versions[i]))],
                row.Text(first + 4), row.Text(first + 5)));
    }
}
