using Npgsql;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>Finds what schemas speak of, and what that speaks of in turn.</summary>
sealed class ReferenceResolver(NpgsqlConnection connection, int most)
{
    /// <summary>The schema with numbered versions in its references: what is said to be the latest is the one that is it now.</summary>
    /// <exception cref="RegistryException">What it speaks of is not registered.</exception>
    public async Task<SentSchema> NumberedAsync(SentSchema schema, CancellationToken cancellationToken)
    {
        if (schema.References.Count == 0)
            return schema;
        if (schema.References.Count > most)
            throw Refusals.InvalidSchema($"Invalid schema: a schema speaks of {most} others at most");
        var numbered = new List<SchemaReference>(schema.References.Count);
        foreach (var reference in schema.References)
            numbered.Add(reference with { Version = (await FindAsync(reference, onlyLive: true, cancellationToken)).Version });
        return schema with { References = numbered };
    }

    /// <summary>The schema with the texts of all that it speaks of.</summary>
    /// <exception cref="RegistryException">Some of it is not registered, or there is too much.</exception>
    public async Task<SchemaDocument> ResolveAsync(SentSchema schema, CancellationToken cancellationToken)
    {
        var found = new List<ReferencedSchema>();
        await CollectAsync(schema, found, [], cancellationToken);
        return new SchemaDocument(schema.Text, found);
    }

    // What is needed comes before what needs it.
    async Task CollectAsync(SentSchema schema, List<ReferencedSchema> found, HashSet<(string, int)> seen, CancellationToken cancellationToken)
    {
        foreach (var reference in schema.References)
        {
            if (!seen.Add((reference.Subject, reference.Version)))
                continue;
            if (seen.Count > most)
                throw Refusals.InvalidSchema($"Invalid schema: it and what it speaks of speak of more than {most} others");
            var target = (await FindAsync(reference, onlyLive: false, cancellationToken)).Stored.Schema;
            if (target.Format != schema.Format)
                throw Refusals.InvalidSchema($"Invalid schema: \"{reference.Subject}\" version {reference.Version} is {SchemaTypes.Name(target.Format)}, not {SchemaTypes.Name(schema.Format)}");
            await CollectAsync(target, found, seen, cancellationToken);
            found.Add(new ReferencedSchema(reference.Name, target.Text));
        }
    }

    async Task<SubjectVersion> FindAsync(SchemaReference reference, bool onlyLive, CancellationToken cancellationToken)
    {
        var latest = reference.Version == SchemaReference.Latest;
        return await RegistryRows.VersionAsync(
                connection, $"v.subject = $1 and ($2 or v.version = $3) and {RegistryRows.Counted(onlyLive ? DeletedVersions.Hidden : DeletedVersions.Shown)} order by v.version desc",
                cancellationToken, Statements.Of(reference.Subject), Statements.Of(latest), Statements.Of(reference.Version))
            ?? throw Refusals.InvalidSchema($"Invalid schema: no schema reference found for subject \"{reference.Subject}\" and version {reference.Version}");
    }
}
