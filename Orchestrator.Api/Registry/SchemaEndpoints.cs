using Orchestrator.Messaging.Schemas.Registry;

namespace Orchestrator.Api.Registry;

/// <summary>Schemas by their numbers.</summary>
static class SchemaEndpoints
{
    /// <summary>Maps /schemas.</summary>
    public static RouteGroupBuilder MapSchemas(this RouteGroupBuilder group)
    {
        group.MapGet("/schemas", ListAsync);
        group.MapGet("/schemas/types", () => RegistryAnswer.Of(SchemaTypes.All));
        group.MapGet("/schemas/ids/{id:int}", async (int id, string? format, bool? fetchMaxId, RegistryReader reader, CancellationToken cancellationToken) =>
        {
            RefuseFormat(format);
            var schema = SchemaView.Of(await reader.ByIdAsync(id, cancellationToken));
            return RegistryAnswer.Of(fetchMaxId is true ? schema with { MaxId = await reader.LargestIdAsync(cancellationToken) } : schema);
        });
        group.MapGet("/schemas/ids/{id:int}/schema", async (int id, string? format, RegistryReader reader, CancellationToken cancellationToken) =>
        {
            RefuseFormat(format);
            return RegistryAnswer.Text((await reader.ByIdAsync(id, cancellationToken)).Schema.Text);
        });
        group.MapGet("/schemas/ids/{id:int}/subjects", async (int id, string? subject, bool? deleted, int? offset, int? limit, RegistryReader reader, CancellationToken cancellationToken) =>
            RegistryAnswer.Of(RegistryPage.Of([.. (await reader.PlacesAsync(id, subject, deleted is true, cancellationToken)).Select(p => p.Subject).Distinct(StringComparer.Ordinal)], offset, limit)));
        group.MapGet("/schemas/ids/{id:int}/versions", async (int id, string? subject, bool? deleted, int? offset, int? limit, RegistryReader reader, CancellationToken cancellationToken) =>
            RegistryAnswer.Of(RegistryPage.Of([.. (await reader.PlacesAsync(id, subject, deleted is true, cancellationToken)).Select(p => new PlaceView(p.Subject, p.Version))], offset, limit)));
        group.MapGet("/schemas/guids/{guid}", async (string guid, string? format, RegistryReader reader, CancellationToken cancellationToken) =>
        {
            RefuseFormat(format);
            var stored = await reader.ByGuidAsync(guid, cancellationToken);
            return RegistryAnswer.Of(SchemaView.Of(stored) with { Id = stored.Id });
        });
        return group;
    }

    /// <summary>Refuses another form of a schema than the one in which it is stored.</summary>
    /// <exception cref="RegistryException">Another is asked for.</exception>
    public static void RefuseFormat(string? format)
    {
        if (format is not (null or "" or "default"))
            throw Refusals.NotPermitted($"The format '{format}' is not offered: schemas are given as they were registered");
    }

    static async Task<IResult> ListAsync(
        string? subjectPrefix, bool? deleted, bool? latestOnly, int? offset, int? limit, RegistryReader reader, CancellationToken cancellationToken) =>
        RegistryAnswer.Of<IReadOnlyList<SchemaView>>(
            [.. (await reader.SchemasAsync(RegistryPage.Prefix(subjectPrefix), deleted is true, latestOnly is true, offset ?? 0, limit ?? -1, cancellationToken)).Select(SchemaView.Of)]);
}

/// <summary>Parts of lists, as clients of registries ask for them.</summary>
static class RegistryPage
{
    const string EveryContext = ":*:";
    const string NoContext = ":.:";

    /// <summary>From an offset on, so many; all when the limit is negative.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> all, int? offset, int? limit) => [.. all.Skip(offset ?? 0).Take(limit is null or < 0 ? all.Count : limit.Value)];

    /// <summary>What subjects begin with; a context in front of it is passed over.</summary>
    public static string Prefix(string? prefix) => prefix switch
    {
        null => "",
        _ when prefix.StartsWith(EveryContext, StringComparison.Ordinal) || prefix.StartsWith(NoContext, StringComparison.Ordinal) => prefix[EveryContext.Length..],
        _ => prefix,
    };
}
