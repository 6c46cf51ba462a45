using System.Text.Json;
using Orchestrator.Api.Security;
using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Api.Registry;

/// <summary>Subjects and their versions: asking for them, registering, testing, deleting.</summary>
static class SubjectEndpoints
{
    /// <summary>Maps /subjects and /compatibility.</summary>
    public static RouteGroupBuilder MapSubjects(this RouteGroupBuilder group)
    {
        group.MapGet("/subjects", async (string? subjectPrefix, bool? deleted, bool? deletedOnly, int? offset, int? limit, RegistryReader reader, CancellationToken cancellationToken) =>
            RegistryAnswer.Of(RegistryPage.Of(await reader.SubjectsAsync(RegistryPage.Prefix(subjectPrefix), Counted(deleted, deletedOnly), cancellationToken), offset, limit)));
        group.MapGet("/subjects/{subject}/versions", VersionsAsync);
        group.MapGet("/subjects/{subject}/versions/{version}", async (SubjectName named, string version, string? format, bool? deleted, RegistryReader reader, CancellationToken cancellationToken) =>
        {
            SchemaEndpoints.RefuseFormat(format);
            return RegistryAnswer.Of(SchemaView.Of(await reader.VersionAsync(named.Value, version, deleted is true, cancellationToken)));
        });
        group.MapGet("/subjects/{subject}/versions/{version}/schema", async (SubjectName named, string version, string? format, bool? deleted, RegistryReader reader, CancellationToken cancellationToken) =>
        {
            SchemaEndpoints.RefuseFormat(format);
            return RegistryAnswer.Text((await reader.VersionAsync(named.Value, version, deleted is true, cancellationToken)).Stored.Schema.Text);
        });
        group.MapGet("/subjects/{subject}/versions/{version}/referencedby", async (SubjectName named, string version, int? offset, int? limit, RegistryReader reader, CancellationToken cancellationToken) =>
            RegistryAnswer.Of(RegistryPage.Of(await reader.ReferencedByAsync(named.Value, version, cancellationToken), offset, limit)));
        group.MapGet("/subjects/{subject}/metadata", MetadataAsync);
        group.MapPost("/subjects/{subject}", async (SubjectName named, bool? normalize, bool? deleted, HttpContext context, SchemaRegistry registry, CancellationToken cancellationToken) =>
            RegistryAnswer.Of(SchemaView.Of(await registry.LookUpAsync(named.Value, await RegistryBody.SchemaAsync(context), normalize is true, deleted is true, cancellationToken))));
        group.MapPost("/subjects/{subject}/versions", async (SubjectName named, bool? normalize, Actor actor, HttpContext context, SchemaRegistry registry, CancellationToken cancellationToken) =>
            RegistryAnswer.Of(SchemaView.Of(await registry.RegisterAsync(named.Value, await RegistryBody.SchemaAsync(context), normalize is true, actor.Name, cancellationToken)))).AllowToRegister();
        group.MapPost("/compatibility/subjects/{subject}/versions", (SubjectName named, bool? verbose, HttpContext context, SchemaRegistry registry, CancellationToken cancellationToken) =>
            TestAsync(named, version: null, verbose, context, registry, cancellationToken)).AllowToRegister();
        group.MapPost("/compatibility/subjects/{subject}/versions/{version}", TestAsync).AllowToRegister();
        group.MapDelete("/subjects/{subject}", async (SubjectName named, bool? permanent, Actor actor, RegistryDeletion deletion, CancellationToken cancellationToken) =>
            RegistryAnswer.Of(await deletion.SubjectAsync(named.Value, permanent is true, actor.Name, cancellationToken))).Allow(Roles.Operator);
        group.MapDelete("/subjects/{subject}/versions/{version}", async (SubjectName named, string version, bool? permanent, Actor actor, RegistryDeletion deletion, CancellationToken cancellationToken) =>
            RegistryAnswer.Of(await deletion.VersionAsync(named.Value, version, permanent is true, actor.Name, cancellationToken))).Allow(Roles.Operator);
        return group;
    }

    static DeletedVersions Counted(bool? deleted, bool? deletedOnly) =>
        deletedOnly is true ? DeletedVersions.Only : deleted is true ? DeletedVersions.Shown : DeletedVersions.Hidden;

    static async Task<IResult> VersionsAsync(
        SubjectName named, bool? deleted, bool? deletedOnly, bool? deletedAsNegative, int? offset, int? limit, RegistryReader reader, CancellationToken cancellationToken)
    {
        var versions = await reader.VersionsAsync(named.Value, Counted(deleted, deletedOnly), cancellationToken);
        return RegistryAnswer.Of(RegistryPage.Of(deletedAsNegative is true ? versions : [.. versions.Select(Math.Abs)], offset, limit));
    }

    static async Task<IResult> MetadataAsync(SubjectName named, string[] key, string[] value, string? format, bool? deleted, RegistryReader reader, CancellationToken cancellationToken)
    {
        SchemaEndpoints.RefuseFormat(format);
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in key.Zip(value))
            wanted[name] = text;
        var properties = JsonSerializer.Serialize(wanted, RegistryJson.Default.DictionaryStringString);
        // That character is in no metadata.
        if (properties.Contains("\\u0000", StringComparison.Ordinal))
            throw Refusals.SchemaNotFound();
        return RegistryAnswer.Of(SchemaView.Of(await reader.LatestWithAsync(named.Value, properties, deleted is true, cancellationToken)));
    }

    static async Task<IResult> TestAsync(SubjectName named, string? version, bool? verbose, HttpContext context, SchemaRegistry registry, CancellationToken cancellationToken)
    {
        var details = await registry.TestAsync(named.Value, await RegistryBody.SchemaAsync(context), version, cancellationToken);
        return RegistryAnswer.Of(new CompatibilityView(details.Count == 0, verbose is true ? details : null));
    }
}
