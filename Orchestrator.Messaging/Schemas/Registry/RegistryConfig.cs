using Npgsql;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Schemas.Compatibility;

namespace Orchestrator.Messaging.Schemas.Registry;

/// <summary>What is asked of a subject's next version, for each subject or for all.</summary>
public sealed class RegistryConfig(NpgsqlDataSource database, RegistryOptions options)
{
    const string Everything = "";

    const string Upsert = """
        insert into registry.config (subject, compatibility) values ($1, $2)
        on conflict (subject) do update set compatibility = excluded.compatibility
        """;

    /// <summary>What is asked of every subject that says nothing of its own.</summary>
    public async Task<CompatibilityMode> GlobalAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await OwnAsync(connection, Everything, cancellationToken) ?? Default;
    }

    /// <summary>What is asked of a subject.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="orGlobal">Whether what is asked of all is the answer where the subject says nothing of its own.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RegistryException">It says nothing of its own.</exception>
    public async Task<CompatibilityMode> OfAsync(string subject, bool orGlobal, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (orGlobal)
            return await InForceAsync(connection, subject, cancellationToken);
        return await OwnAsync(connection, subject, cancellationToken) ?? throw Refusals.CompatibilityNotConfigured(subject);
    }

    /// <summary>Says what is asked of a subject; of all when it is null.</summary>
    /// <exception cref="RegistryException">There is no such mode, or no room for the subject.</exception>
    public async Task<CompatibilityMode> PutAsync(string? subject, string? compatibility, CancellationToken cancellationToken)
    {
        var mode = CompatibilityModes.Parse(compatibility?.ToUpperInvariant()) ?? throw Refusals.InvalidCompatibility();
        await using var write = await RegistryWrite.BeginAsync(database, cancellationToken);
        if ((await RegistryRows.ColumnAsync<long>(write.Connection, "select count(*) from registry.config where subject <> $1", cancellationToken, Statements.Of(subject ?? Everything)))[0] > options.MaxSubjects)
            throw Refusals.NotPermitted($"The registry has {options.MaxSubjects} subjects at most");
        await Statements.ExecuteAsync(write.Connection, Upsert, cancellationToken, Statements.Of(subject ?? Everything), Statements.Of(mode.Name()));
        await write.CommitAsync(cancellationToken);
        return mode;
    }

    /// <summary>Takes back what is asked of a subject, so that what is asked of all is asked of it; of all, when it is null, so that the default is.</summary>
    /// <returns>What was asked.</returns>
    /// <exception cref="RegistryException">Nothing was said of the subject.</exception>
    public async Task<CompatibilityMode> DeleteAsync(string? subject, CancellationToken cancellationToken)
    {
        await using var write = await RegistryWrite.BeginAsync(database, cancellationToken);
        var was = await OwnAsync(write.Connection, subject ?? Everything, cancellationToken);
        if (was is null && subject is not null)
            throw Refusals.SubjectNotFound(subject);
        await Statements.ExecuteAsync(write.Connection, "delete from registry.config where subject = $1", cancellationToken, Statements.Of(subject ?? Everything));
        await write.CommitAsync(cancellationToken);
        return was ?? Default;
    }

    /// <summary>What is asked of a subject, by itself or by all.</summary>
    internal async Task<CompatibilityMode> InForceAsync(NpgsqlConnection connection, string subject, CancellationToken cancellationToken) =>
        await OwnAsync(connection, subject, cancellationToken) ?? await OwnAsync(connection, Everything, cancellationToken) ?? Default;

    CompatibilityMode Default => CompatibilityModes.Parse(options.Compatibility)!.Value;

    static async Task<CompatibilityMode?> OwnAsync(NpgsqlConnection connection, string subject, CancellationToken cancellationToken)
    {
        var own = await RegistryRows.ColumnAsync<string>(connection, "select compatibility from registry.config where subject = $1", cancellationToken, Statements.Of(subject));
        return own.Count == 0 ? null : CompatibilityModes.Parse(own[0]);
    }
}
