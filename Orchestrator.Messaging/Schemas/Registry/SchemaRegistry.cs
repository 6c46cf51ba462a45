using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>Registers schemas, and says whether they could be.</summary>
public sealed partial class SchemaRegistry(NpgsqlDataSource database, RegistryConfig config, RegistryOptions options, TimeProvider time, ILogger<SchemaRegistry> logger)
{
    const string AddSchema = """
        insert into registry.schema (schema_id, guid, fingerprint, normal, format, body, metadata, rule_set) values ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    const string AddReferences = """
        insert into registry.reference (schema_id, place, name, subject, version) select $1, place - 1, name, subject, version
        from unnest($2, $3, $4) with ordinality as r (name, subject, version, place)
        """;

    const string CountVersion = """
        insert into registry.subject (subject, last_version) values ($1, 1)
        on conflict (subject) do update set last_version = registry.subject.last_version + 1 returning last_version
        """;

    const string AddVersion = "insert into registry.version (subject, version, schema_id, registered_at, registered_by) values ($1, $2, $3, $4, $5)";

    /// <summary>Registers a schema under a subject; does nothing when it is there already.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="sent">The schema.</param>
    /// <param name="normalize">Whether one that says the same in another order is the same.</param>
    /// <param name="actor">In whose name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version that has the schema.</returns>
    /// <exception cref="RegistryException">It is no schema, or not one that may follow those before it.</exception>
    public async Task<SubjectVersion> RegisterAsync(string subject, SentSchema sent, bool normalize, string actor, CancellationToken cancellationToken)
    {
        Check(subject);
        Check(sent);
        // Most who register have registered before: they lock nothing.
        await using (var reading = await database.OpenConnectionAsync(cancellationToken))
        {
            var known = await Resolver(reading).NumberedAsync(sent, cancellationToken);
            if (await FindAsync(reading, subject, Canonical(known, normalize), normalize, deleted: false, cancellationToken) is { } registered)
                return registered;
        }
        await using var write = await RegistryWrite.BeginAsync(database, cancellationToken);
        var canonical = Canonical(await Resolver(write.Connection).NumberedAsync(sent, cancellationToken), normalize);
        if (await FindAsync(write.Connection, subject, canonical, normalize, deleted: false, cancellationToken) is { } meanwhile)
            return meanwhile;
        await CheckRoomAsync(write.Connection, subject, cancellationToken);
        var details = await CompareAsync(write.Connection, subject, canonical.Schema, version: null, cancellationToken);
        if (details.Count > 0)
            throw Refusals.Incompatible(subject, details);
        var stored = new StoredSchema(await StoreAsync(write, canonical, cancellationToken), canonical.Guid, canonical.Schema);
        var version = (await RegistryRows.ColumnAsync<int>(write.Connection, CountVersion, cancellationToken, Statements.Of(subject)))[0];
        await Statements.ExecuteAsync(
            write.Connection, AddVersion, cancellationToken, Statements.Of(subject), Statements.Of(version), Statements.Of(stored.Id), Statements.Of(time.GetUtcNow().UtcDateTime), Statements.Of(actor));
        await write.CommitAsync(cancellationToken);
        Registered(logger, subject, version, stored.Id, actor);
        return new SubjectVersion(subject, version, IsDeleted: false, stored);
    }

    /// <summary>Finds the version of a subject that has a schema.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="sent">The schema.</param>
    /// <param name="normalize">Whether one that says the same in another order is the same.</param>
    /// <param name="deleted">Whether one that is deleted softly counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RegistryException">There is none.</exception>
    public async Task<SubjectVersion> LookUpAsync(string subject, SentSchema sent, bool normalize, bool deleted, CancellationToken cancellationToken)
    {
        Check(sent);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (!await RegistryRows.HasSubjectAsync(connection, subject, deleted ? DeletedVersions.Shown : DeletedVersions.Hidden, cancellationToken))
            throw Refusals.SubjectNotFound(subject);
        var canonical = Canonical(await Resolver(connection).NumberedAsync(sent, cancellationToken), normalize);
        return await FindAsync(connection, subject, canonical, normalize, deleted, cancellationToken) ?? throw Refusals.SchemaNotFound();
    }

    /// <summary>Why a schema could not be registered under a subject.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="sent">The schema.</param>
    /// <param name="version">The version that it is compared with, or <see cref="RegistryReader.Latest"/>; null for those with which it would be compared if it were registered.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Nothing when it could be.</returns>
    /// <exception cref="RegistryException">It is no schema, or there is no such version.</exception>
    public async Task<IReadOnlyList<string>> TestAsync(string subject, SentSchema sent, string? version, CancellationToken cancellationToken)
    {
        Check(sent);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var schema = Canonical(await Resolver(connection).NumberedAsync(sent, cancellationToken), normalize: false).Schema;
        return await CompareAsync(connection, subject, schema, version, cancellationToken);
    }

    async Task<IReadOnlyList<string>> CompareAsync(NpgsqlConnection connection, string subject, SentSchema schema, string? version, CancellationToken cancellationToken)
    {
        var resolver = Resolver(connection);
        var document = await resolver.ResolveAsync(schema, cancellationToken);
        Named(() => SchemaCompatibility.Validate(schema.Format, document));
        var mode = await config.InForceAsync(connection, subject, cancellationToken);
        var before = await BeforeAsync(connection, subject, version, mode, cancellationToken);
        if (mode is CompatibilityMode.None)
            return [];
        var details = new List<string>();
        details.AddRange(before.Where(b => b.Stored.Schema.Format != schema.Format)
            .Select(b => $"format_changed: version {b.Version} is {SchemaTypes.Name(b.Stored.Schema.Format)}, this is {SchemaTypes.Name(schema.Format)}"));
        if (details.Count > 0)
            return details;
        var documents = new List<SchemaDocument>(before.Count);
        foreach (var one in before)
            documents.Add(await resolver.ResolveAsync(one.Stored.Schema, cancellationToken));
        foreach (var change in Named(() => SchemaCompatibility.Check(schema.Format, mode, document, documents)))
            details.Add($"{change.What} (version {before[change.Version - 1].Version}, {change.Reader} reader)");
        return details;
    }

    // With which versions a schema is compared, the oldest first.
    static async Task<IReadOnlyList<SubjectVersion>> BeforeAsync(
        NpgsqlConnection connection, string subject, string? version, CompatibilityMode mode, CancellationToken cancellationToken)
    {
        if (version is not null && RegistryReader.ReadVersion(version) is { } number)
        {
            const string exactly = "v.subject = $1 and v.version = $2 and v.deleted_at is null";
            return [await RegistryRows.VersionAsync(connection, exactly, cancellationToken, Statements.Of(subject), Statements.Of(number)) ?? throw Refusals.VersionNotFound(version)];
        }
        var before = new List<SubjectVersion>();
        var all = version is null && mode.IsTransitive();
        var condition = $"v.subject = $1 and v.deleted_at is null order by v.version desc{(all ? "" : " limit 1")}";
        await foreach (var one in RegistryRows.VersionsAsync(connection, condition, [Statements.Of(subject)], cancellationToken))
            before.Insert(0, one);
        return before;
    }

    async Task<int> StoreAsync(RegistryWrite write, CanonicalSchema canonical, CancellationToken cancellationToken)
    {
        var known = await RegistryRows.ColumnAsync<int>(write.Connection, "select schema_id from registry.schema where fingerprint = $1", cancellationToken, Statements.Of(canonical.Fingerprint));
        if (known.Count > 0)
            return known[0];
        var (id, schema) = (await write.NextIdAsync(cancellationToken), canonical.Schema);
        await Statements.ExecuteAsync(
            write.Connection, AddSchema, cancellationToken, Statements.Of(id), Statements.Of(canonical.Guid), Statements.Of(canonical.Fingerprint), Statements.Of(canonical.Normal),
            Statements.Of(SchemaTypes.Name(schema.Format)), Statements.Of(schema.Text), Statements.OrNull(schema.Metadata), Statements.OrNull(schema.RuleSet));
        if (schema.References.Count > 0)
        {
            await Statements.ExecuteAsync(
                write.Connection, AddReferences, cancellationToken, Statements.Of(id), PgArray.Column(schema.References, NpgsqlDbType.Text, r => r.Name),
                PgArray.Column(schema.References, NpgsqlDbType.Text, r => r.Subject), PgArray.Column(schema.References, NpgsqlDbType.Integer, r => r.Version));
        }
        return id;
    }

    static Task<SubjectVersion?> FindAsync(
        NpgsqlConnection connection, string subject, CanonicalSchema schema, bool normalize, bool deleted, CancellationToken cancellationToken)
    {
        var counted = RegistryRows.Counted(deleted ? DeletedVersions.Shown : DeletedVersions.Hidden);
        return RegistryRows.VersionAsync(
            connection, $"v.subject = $1 and s.{(normalize ? "normal" : "fingerprint")} = $2 and {counted} order by v.version desc", cancellationToken,
            Statements.Of(subject), Statements.Of(normalize ? schema.Normal : schema.Fingerprint));
    }

    async Task CheckRoomAsync(NpgsqlConnection connection, string subject, CancellationToken cancellationToken)
    {
        var versions = await RegistryRows.ColumnAsync<long>(connection, "select count(*) from registry.version where subject = $1", cancellationToken, Statements.Of(subject));
        if (versions[0] >= options.MaxVersions)
            throw Refusals.NotPermitted($"A subject has {options.MaxVersions} versions at most");
        var others = await RegistryRows.ColumnAsync<long>(connection, "select count(*) from registry.subject where subject <> $1", cancellationToken, Statements.Of(subject));
        if (others[0] >= options.MaxSubjects)
            throw Refusals.NotPermitted($"The registry has {options.MaxSubjects} subjects at most");
    }

    void Check(SentSchema sent)
    {
        if (sent.Text.Length > options.MaxSchemaLength || sent.Metadata?.Length > options.MaxSchemaLength || sent.RuleSet?.Length > options.MaxSchemaLength)
            throw Refusals.TooLarge(options.MaxSchemaLength);
    }

    static void Check(string subject)
    {
        if (!SubjectNames.IsValid(subject))
            throw Refusals.InvalidSubject(subject);
    }

    static CanonicalSchema Canonical(SentSchema sent, bool normalize) => Named(() => CanonicalSchema.Of(sent, normalize));

    static void Named(Action work) => Named(() =>
    {
        work();
        return true;
    });

    static T Named<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SchemaException e)
        {
            throw Refusals.InvalidSchema($"Invalid schema: {e.Message}");
        }
    }

    ReferenceResolver Resolver(NpgsqlConnection connection) => new(connection, options.MaxReferences);

    [LoggerMessage(LogLevel.Information, "Subject {Subject} has version {Version}, schema {Id}, registered by {Actor}")]
    static partial void Registered(ILogger logger, string subject, int version, int id, string actor);
}
