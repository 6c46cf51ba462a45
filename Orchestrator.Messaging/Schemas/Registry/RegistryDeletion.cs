using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>Deletes versions: softly first, which hides them and leaves their ids readable, then for good.</summary>
public sealed partial class RegistryDeletion(NpgsqlDataSource database, TimeProvider time, ILogger<RegistryDeletion> logger)
{
    const string HideAll = "update registry.version v set deleted_at = $2 where subject = $1 and deleted_at is null returning version";
    const string Hide = "update registry.version set deleted_at = $3 where subject = $1 and version = $2";
    const string RemoveAll = "delete from registry.version where subject = $1 returning version";
    const string Remove = "delete from registry.version where subject = $1 and version = $2";

    // A version that has never been deleted holds on to what it speaks of; one that is deleted softly may come back, so what is deleted for good must be spoken of by neither.
    const string Referenced = """
        select min(r.version) from registry.reference r join registry.version v using (schema_id)
        where r.subject = $1 and ($2 = 0 or r.version = $2) and (v.subject <> $1 or ($2 <> 0 and v.version <> $2)) and ($3 or v.deleted_at is null) having count(*) > 0
        """;

    /// <summary>Deletes all versions of a subject.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="permanent">For good, which is done to what was deleted before.</param>
    /// <param name="actor">In whose name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The versions that were deleted.</returns>
    /// <exception cref="RegistryException">There is no such subject, it is not in the state for it, or others speak of it.</exception>
    public async Task<IReadOnlyList<int>> SubjectAsync(string subject, bool permanent, string actor, CancellationToken cancellationToken)
    {
        await using var write = await RegistryWrite.BeginAsync(database, cancellationToken);
        var isLive = await RegistryRows.HasSubjectAsync(write.Connection, subject, DeletedVersions.Hidden, cancellationToken);
        if (!isLive && !await RegistryRows.HasSubjectAsync(write.Connection, subject, DeletedVersions.Only, cancellationToken))
            throw Refusals.SubjectNotFound(subject);
        if (isLive == permanent)
            throw permanent ? Refusals.SubjectIsNotDeleted(subject) : Refusals.SubjectIsDeleted(subject);
        await CheckReferencesAsync(write.Connection, subject, version: 0, permanent, cancellationToken);
        var versions = permanent
            ? await RegistryRows.ColumnAsync<int>(write.Connection, RemoveAll, cancellationToken, Statements.Of(subject))
            : await RegistryRows.ColumnAsync<int>(write.Connection, HideAll, cancellationToken, Statements.Of(subject), Statements.Of(time.GetUtcNow().UtcDateTime));
        await Statements.ExecuteAsync(write.Connection, "delete from registry.config where subject = $1", cancellationToken, Statements.Of(subject));
        if (permanent)
            await Statements.ExecuteAsync(write.Connection, "delete from registry.subject where subject = $1", cancellationToken, Statements.Of(subject));
        await write.CommitAsync(cancellationToken);
        Deleted(logger, subject, permanent, actor);
        return [.. versions.Order()];
    }

    /// <summary>Deletes a version.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="version">Its number, or <see cref="RegistryReader.Latest"/>.</param>
    /// <param name="permanent">For good, which is done to what was deleted before.</param>
    /// <param name="actor">In whose name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version that was deleted.</returns>
    /// <exception cref="RegistryException">There is no such version, it is not in the state for it, or others speak of it.</exception>
    public async Task<int> VersionAsync(string subject, string version, bool permanent, string actor, CancellationToken cancellationToken)
    {
        var number = RegistryReader.ReadVersion(version);
        await using var write = await RegistryWrite.BeginAsync(database, cancellationToken);
        var found = await RegistryReader.FindAsync(write.Connection, subject, number, number is null && !permanent ? DeletedVersions.Hidden : DeletedVersions.Shown, cancellationToken);
        if (found.IsDeleted != permanent)
            throw permanent ? Refusals.VersionIsNotDeleted(subject, found.Version) : Refusals.VersionIsDeleted(subject, found.Version);
        await CheckReferencesAsync(write.Connection, subject, found.Version, permanent, cancellationToken);
        if (permanent)
            await Statements.ExecuteAsync(write.Connection, Remove, cancellationToken, Statements.Of(subject), Statements.Of(found.Version));
        else
            await Statements.ExecuteAsync(write.Connection, Hide, cancellationToken, Statements.Of(subject), Statements.Of(found.Version), Statements.Of(time.GetUtcNow().UtcDateTime));
        await write.CommitAsync(cancellationToken);
        DeletedVersion(logger, subject, found.Version, permanent, actor);
        return found.Version;
    }

    static async Task CheckReferencesAsync(NpgsqlConnection connection, string subject, int version, bool permanent, CancellationToken cancellationToken)
    {
        var spokenOf = await RegistryRows.ColumnAsync<int>(connection, Referenced, cancellationToken, Statements.Of(subject), Statements.Of(version), Statements.Of(permanent));
        if (spokenOf.Count > 0)
            throw Refusals.ReferenceExists(subject, spokenOf[0]);
    }

    [LoggerMessage(LogLevel.Warning, "Subject {Subject} was deleted (permanently: {Permanent}) by {Actor}")]
    static partial void Deleted(ILogger logger, string subject, bool permanent, string actor);

    [LoggerMessage(LogLevel.Warning, "Version {Version} of subject {Subject} was deleted (permanently: {Permanent}) by {Actor}")]
    static partial void DeletedVersion(ILogger logger, string subject, int version, bool permanent, string actor);
}
